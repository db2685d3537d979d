-- Sets or changes the token count of a conversation.
-- KEYS: 1 messages (list), 2 metadata (hash)
-- ARGV: 1 'set' or 'increment', 2 the number, 3 time to live in ms of a conversation that is new (0: none)
-- Reply: the token count; -1, and nothing is changed, when it would be negative
local messages, metadata = KEYS[1], KEYS[2]
local total = tonumber(ARGV[2])
if ARGV[1] == 'increment' then
  total = total + (tonumber(redis.call('HGET', metadata, 'token_count')) or 0)
  if total < 0 then return -1 end
end

local lifetime = math.max(redis.call('PTTL', messages), redis.call('PTTL', metadata))
if lifetime == -2 then lifetime = tonumber(ARGV[3]) end
redis.call('HSET', metadata, 'message_count', redis.call('LLEN', messages), 'token_count', total)
if lifetime > 0 and redis.call('PTTL', metadata) == -1 then redis.call('PEXPIRE', metadata, lifetime) end
return total
