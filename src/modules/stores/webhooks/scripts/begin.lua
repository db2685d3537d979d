-- Begins the work of a key unless somebody has.
-- KEYS: 1 state (hash: token of who works on it, result once it is done)
-- ARGV: 1 token of this attempt, 2 ms this attempt may take
-- Reply: {'started'}, {'in-progress'} or {'completed', result}
local state = redis.call('HMGET', KEYS[1], 'token', 'result')
if state[2] then return {'completed', state[2]} end
-- Its own token: a client that lost its connection sends again what it got no reply for.
if state[1] and state[1] ~= ARGV[1] then return {'in-progress'} end
redis.call('HSET', KEYS[1], 'token', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {'started'}
