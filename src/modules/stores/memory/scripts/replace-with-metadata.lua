-- Puts other messages in the place of a conversation's, and keeps its time to live.
-- KEYS: 1 messages (list), 2 tokens of each message (list), 3 metadata (hash)
-- ARGV: 1 time to live in ms of a conversation that is new (0: none), then for each message: its JSON, its tokens
-- Reply: {message count, token count}
local messages, tokens, metadata = KEYS[1], KEYS[2], KEYS[3]

local lifetime = math.max(redis.call('PTTL', messages), redis.call('PTTL', metadata))
if lifetime == -2 then lifetime = tonumber(ARGV[1]) end
redis.call('DEL', messages, tokens, metadata)

local length, total = 0, 0
for i = 2, #ARGV, 2 do
  redis.call('RPUSH', messages, ARGV[i])
  redis.call('RPUSH', tokens, ARGV[i + 1])
  total = total + ARGV[i + 1]
  length = length + 1
end

redis.call('HSET', metadata, 'message_count', length, 'token_count', total)
if lifetime > 0 then
  local time = redis.call('TIME')
  local at = time[1] * 1000 + math.floor(time[2] / 1000) + lifetime
  for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, at) end
end
return {length, total}
