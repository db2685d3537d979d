-- Reads a part of a task and keeps the whole task for longer. Unlike GETEX it never makes a life shorter.
-- KEYS: 1 the part (string), 2 the other part (string)
-- ARGV: 1 time to live in ms it has at least from now on (0: as it is)
-- Reply: the text, or nil
local text = redis.call('GET', KEYS[1])
local ttl = tonumber(ARGV[1])
if text and ttl > 0 then
  for _, key in ipairs(KEYS) do
    local left = redis.call('PTTL', key)
    if left >= 0 and left < ttl then redis.call('PEXPIRE', key, ttl) end
  end
end
return text
