-- Gives all keys of a conversation one moment to expire at.
-- KEYS: messages (list), tokens of each message (list), metadata (hash)
-- ARGV: 1 time to live in ms
-- Reply: how many of the keys exist
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[1])
local found = 0
for _, key in ipairs(KEYS) do found = found + redis.call('PEXPIREAT', key, at) end
return found
