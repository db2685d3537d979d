-- Removes a resource, whatever is at its key, and tells who watches.
-- KEYS: 1 item (hash), 2 index of the type (sorted set), 3 etags of the type (hash), 4 revision of the type (string)
-- ARGV: 1 member, 2 channel, 3 event up to its etag
-- Reply: 1; 0 when there was none

-- Keys of other types make this fail before anything is removed.
redis.call('ZSCORE', KEYS[2], ARGV[1])
local etag = redis.call('HGET', KEYS[3], ARGV[1])
if not tonumber(redis.call('GET', KEYS[4]) or 0) then return redis.error_reply('WRONGTYPE the revision is not a number') end
if not etag and redis.call('EXISTS', KEYS[1]) == 0 then return 0 end

-- What frees memory comes first: it is allowed when there is none left, and so is what follows it.
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
local revision = redis.call('INCR', KEYS[4])
redis.call('PUBLISH', ARGV[2], ARGV[3] .. cjson.encode(etag or '') .. ',"revision":' .. revision .. '}')
return 1
