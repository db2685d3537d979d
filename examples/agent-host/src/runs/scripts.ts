import { Script } from './script';

/**
 * What has to happen at once. KEYS: 1 the run (a hash), 2 its events (a stream), 3 its owner's runs that go on, 4 all runs
 * that go on (sorted sets by their start).
 */

const TELL = `
local function tell(type, data)
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', 1000, '*', 'type', type, 'data', data)
end
`;

/**
 * Begins a run unless there is one of that id, or too many go on. ARGV: id, start, how many may go on, event, fields and values.
 * Answers 1, 0 when there is one, -1 when there are too many.
 */
export const CREATE = new Script(`${TELL}
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[3]) then return -1 end
redis.call('HSET', KEYS[1], unpack(ARGV, 5))
redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
redis.call('ZADD', KEYS[4], ARGV[2], ARGV[1])
redis.call('ZADD', KEYS[5], ARGV[2], ARGV[1])
tell('started', ARGV[4])
return 1
`);

/**
 * Writes a field of a run that goes on. ARGV: field, value, event's type, event, '1' to keep what is there.
 * Answers 1, 0 when the run has ended or the field was there.
 */
export const WRITE = new Script(`${TELL}
if redis.call('HGET', KEYS[1], 'status') ~= 'running' then return 0 end
if ARGV[5] == '1' then
  if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
tell(ARGV[3], ARGV[4])
return 1
`);

/** Ends a run that goes on. ARGV: id, status, end, milliseconds it is kept, event, fields and values. Answers 1, 0 when it has ended. */
export const FINISH = new Script(`${TELL}
if redis.call('HGET', KEYS[1], 'status') ~= 'running' then return 0 end
redis.call('HSET', KEYS[1], 'status', ARGV[2], 'finished', ARGV[3], unpack(ARGV, 6))
tell('finished', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
return 1
`);
