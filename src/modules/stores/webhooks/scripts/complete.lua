-- Keeps the result of a key's work.
-- KEYS: 1 state (hash: token of who works on it, result once it is done)
-- ARGV: 1 token of the attempt, 2 result, 3 time to live in ms (0: forever)
-- Reply: 1; 0, and nothing is changed, when another attempt or none works on it
local state = redis.call('HMGET', KEYS[1], 'token', 'result')
if state[1] ~= ARGV[1] then return 0 end
if state[2] then return 1 end
redis.call('HSET', KEYS[1], 'result', ARGV[2])
if tonumber(ARGV[3]) > 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
else
  redis.call('PERSIST', KEYS[1])
end
return 1
