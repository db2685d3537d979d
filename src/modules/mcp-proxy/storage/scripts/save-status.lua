-- Saves how a server is doing, unless its definition has gone.
-- KEYS: definitions (hash), statuses (hash)
-- ARGV: 1 the server's name, 2 its status as JSON
-- Reply: whether it was saved
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return 1
