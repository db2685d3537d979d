import fc, { type Arbitrary } from 'fast-check';
import { command, key, some, value, type FuzzCommand } from '../command-group';

const channel = fc.constantFrom('a', 'b', 'ab', '', 'news.1', 'b\x00\xff', '__keyevent@0__:set', '__keyspace@0__:a');
const pattern = fc.constantFrom(
  '*',
  'a*',
  '?',
  'a',
  '[ab]',
  '[^a]',
  'news.*',
  '\\a',
  '',
  '__key*',
  '__keyspace@?__:*',
  '__keyevent@0__:[a-l]*',
);
const word = (...texts: string[]) => fc.constantFrom(...texts);

/** Commands of publishing and subscribing, by name. A client's answers come between messages, so all are told apart. */
export const pubsubCommands: Readonly<Record<string, Arbitrary<FuzzCommand>>> = {
  subscribe: command(['SUBSCRIBE', some(channel, 1, 3)]),
  psubscribe: command(['PSUBSCRIBE', some(pattern, 1, 3)]),
  ssubscribe: command(['SSUBSCRIBE', some(channel, 1, 3)]),
  unsubscribe: command(['UNSUBSCRIBE', some(channel, 0, 2)]),
  punsubscribe: command(['PUNSUBSCRIBE', some(pattern, 0, 2)]),
  sunsubscribe: command(['SUNSUBSCRIBE', some(channel, 0, 2)]),
  publish: command(['PUBLISH', channel, value]),
  'publish (again)': command(['PUBLISH', channel, value]),
  spublish: command(['SPUBLISH', channel, value]),
  'pubsub channels': command(['PUBSUB', word('CHANNELS', 'SHARDCHANNELS'), some(pattern, 0, 1)], 'sorted'),
  'pubsub numsub': command(['PUBSUB', word('NUMSUB', 'SHARDNUMSUB'), some(channel, 0, 3)]),
  'pubsub numpat': command(['PUBSUB', 'NUMPAT']),
  'pubsub (wrong)': command(['PUBSUB', word('NOPE', 'NUMPAT', 'CHANNELS', 'SHARDCHANNELS'), some(channel, 2, 2)]),
  wrong: command([word('SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE', 'PUBLISH', 'SPUBLISH', 'PUBSUB')]),
  'eval publish': command([
    'EVAL',
    'return redis.call(ARGV[1], ARGV[2], "scripted")',
    '0',
    word('PUBLISH', 'SPUBLISH', 'SUBSCRIBE'),
    channel,
  ]),
  'eval write': command([
    'EVAL',
    'redis.call("SET", KEYS[1], 1) redis.call("DEL", KEYS[1]) return redis.call("PUBLISH", "a", "x")',
    '1',
    key,
  ]),
  reset: command(['RESET']),
  hello: command(['HELLO', word('2', '3')]),
  echo: command(['ECHO', value]),
  events: command(['CONFIG', 'SET', 'notify-keyspace-events', word('KEA', 'KEAn', 'KEAm', '', 'K$lz', 'Egx', 'AKEnm')]),
};
