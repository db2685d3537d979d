-- Keeps the newest messages of a conversation, and its time to live.
-- KEYS: 1 messages (list), 2 tokens of each message (list), 3 metadata (hash)
-- ARGV: 1 how many to keep, 2 token count afterwards ('': what the kept messages were appended with)
-- Reply: {message count, token count}
local messages, tokens, metadata = KEYS[1], KEYS[2], KEYS[3]
local keep, total = tonumber(ARGV[1]), tonumber(ARGV[2])

local length, known = redis.call('LLEN', messages), redis.call('LLEN', tokens)
if redis.call('HLEN', metadata) == 0 and length == 0 then return {0, 0} end
local lifetime = math.max(redis.call('PTTL', messages), redis.call('PTTL', metadata))

-- An index beyond the end empties the list, which is what keeping none means.
redis.call('LTRIM', messages, math.max(length - keep, 0), -1)
redis.call('LTRIM', tokens, math.max(known - keep, 0), -1)
if not total then
  total = 0
  for _, count in ipairs(redis.call('LRANGE', tokens, 0, -1)) do total = total + (tonumber(count) or 0) end
end

length = redis.call('LLEN', messages)
redis.call('HSET', metadata, 'message_count', length, 'token_count', total)
if lifetime > 0 then
  local time = redis.call('TIME')
  local at = time[1] * 1000 + math.floor(time[2] / 1000) + lifetime
  for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, at) end
end
return {length, total}
