-- Gives a lock its whole time again.
-- KEYS: 1 holder (string)
-- ARGV: 1 value of the one who asks, 2 time to live in ms
-- Reply: 1; 0 when nobody holds it, -1 when somebody else does
local holder = redis.call('GET', KEYS[1])
if not holder then return 0 end
if holder ~= ARGV[1] then return -1 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
