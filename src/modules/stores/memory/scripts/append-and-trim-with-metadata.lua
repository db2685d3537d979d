-- Appends messages to a conversation, drops the oldest beyond a length, and brings the metadata along.
-- KEYS: 1 messages (list), 2 tokens of each message (list), 3 metadata (hash)
-- ARGV: 1 id of this write (12 characters), 2 greatest length (0: any), 3 time to live in ms (0: as it is),
--       then for each message: its JSON, its tokens
-- Reply: {message count, token count}
-- How many writes are remembered.
local RECENT = 16
local messages, tokens, metadata = KEYS[1], KEYS[2], KEYS[3]
local maxLength, ttl = tonumber(ARGV[2]), tonumber(ARGV[3])

local before = redis.call('HMGET', metadata, 'message_count', 'token_count', 'recent_writes')
local length = redis.call('LLEN', messages)
local known = redis.call('LLEN', tokens)
local total = tonumber(before[2])

-- A client that lost its connection sends again what it got no reply for.
local recent = before[3] or ''
if string.find(recent, ARGV[1], 1, true) then return {length, total} end

-- Somebody else, or an eviction, changed the list: the tokens are counted again from what is left.
if length ~= tonumber(before[1]) or not total then
  if known > length then redis.call('LTRIM', tokens, known - length, -1) end
  for _ = known + 1, length do redis.call('LPUSH', tokens, 0) end
  total = 0
  for _, count in ipairs(redis.call('LRANGE', tokens, 0, -1)) do total = total + (tonumber(count) or 0) end
end

local lifetime = math.max(redis.call('PTTL', messages), redis.call('PTTL', metadata))
if ttl > 0 then lifetime = ttl end

for i = 4, #ARGV, 2 do
  redis.call('RPUSH', messages, ARGV[i])
  redis.call('RPUSH', tokens, ARGV[i + 1])
  total = total + ARGV[i + 1]
  length = length + 1
end

if maxLength > 0 and length > maxLength then
  local excess = length - maxLength
  for _, count in ipairs(redis.call('LRANGE', tokens, 0, excess - 1)) do total = total - (tonumber(count) or 0) end
  redis.call('LTRIM', tokens, excess, -1)
  redis.call('LTRIM', messages, excess, -1)
  length = maxLength
end
total = math.max(total, 0)

redis.call('HSET', metadata, 'message_count', length, 'token_count', total, 'recent_writes', string.sub(recent .. ARGV[1], -RECENT * 12))
if lifetime > 0 then
  -- One moment for all: no reader sees one of them without the others.
  local time = redis.call('TIME')
  local at = time[1] * 1000 + math.floor(time[2] / 1000) + lifetime
  for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, at) end
end
return {length, total}
