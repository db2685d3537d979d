-- Gives a key's work up, so that it can begin anew.
-- KEYS: 1 state (hash: token of who works on it, result once it is done)
-- ARGV: 1 token of the attempt
-- Reply: 1, also when nobody works on it; 0, and nothing is changed, when another attempt does or it is done
local state = redis.call('HMGET', KEYS[1], 'token', 'result')
if state[2] or (state[1] and state[1] ~= ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
return 1
