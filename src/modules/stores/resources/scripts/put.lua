-- Writes a resource, if it is what the caller believes it to be, and tells who watches.
-- KEYS: 1 item (hash), 2 index of the type (sorted set), 3 etags of the type (hash), 4 revision of the type (string)
-- ARGV: 1 member, 2 value, 3 etag, 4 id of this write, 5 'any' or 'match', 6 etag to match ('': there is none),
--       7 channel, 8 event up to its revision
-- Reply: 1; or the etag it has ('': there is no such resource), and nothing is changed, when that is another one
local item = redis.call('HMGET', KEYS[1], 'etag', 'write')
local found = item[1] or ''
-- A client that lost its connection sends again what it got no reply for.
if item[2] == ARGV[4] then return 1 end
if ARGV[5] == 'match' and found ~= ARGV[6] then return found end

-- Keys of other types make this fail before anything is written.
redis.call('ZSCORE', KEYS[2], ARGV[1])
redis.call('HEXISTS', KEYS[3], ARGV[1])
local revision = redis.call('INCR', KEYS[4])
redis.call('HSET', KEYS[1], 'value', ARGV[2], 'etag', ARGV[3], 'write', ARGV[4])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[3])
if found ~= ARGV[3] then redis.call('PUBLISH', ARGV[7], ARGV[8] .. revision .. '}') end
return 1
