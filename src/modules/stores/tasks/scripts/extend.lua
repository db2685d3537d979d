-- Keeps a task for longer; never for less long.
-- KEYS: configuration (string), metadata (string)
-- ARGV: 1 time to live in ms it has at least from now on
-- Reply: how many of the keys exist
local found = 0
for _, key in ipairs(KEYS) do
  local left = redis.call('PTTL', key)
  if left >= -1 then found = found + 1 end
  if left >= 0 and left < tonumber(ARGV[1]) then redis.call('PEXPIRE', key, ARGV[1]) end
end
return found
