-- Takes a lock that nobody else holds.
-- KEYS: 1 holder (string)
-- ARGV: 1 value of the one who asks, 2 time to live in ms
-- Reply: nil when it is theirs now, else the ms the other one has left (-1: forever)
local holder = redis.call('GET', KEYS[1])
-- Its own value: a client that lost its connection sends again what it got no reply for.
if holder and holder ~= ARGV[1] then return redis.call('PTTL', KEYS[1]) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return nil
