import { contract, type Step, useServers } from './harness';

useServers();

/** What a text from a client could do to an error that shows it: end it, break its line, be part of its bytes. */
const TEXTS = ['a\0b', 'a\r\nb', '\r\n+OK\r\nc', 'é', 'a b', ''];

contract(
  'errors show what a client wrote up to a zero byte, and in one line',
  TEXTS.flatMap((text): Step[] => [
    ['CONFIG', 'SET', text, '1'],
    ['CONFIG', 'SET', 'hz', '10', text, '1'],
    ['ACL', 'SETUSER', 'u', `x${text}`],
    ['ACL', 'SETUSER', 'u', `+x${text}`],
    ['ACL', 'SETUSER', 'u', `(x${text}`],
    ['ACL', 'CAT', text],
    ['ACL', 'DRYRUN', text, 'get'],
    ['ACL', 'DRYRUN', 'default', `x${text}`],
    ['ACL', 'DRYRUN', 'default', 'config', text],
    ['CLIENT', 'KILL', 'TYPE', text],
    ['CLIENT', 'KILL', 'USER', text],
    ['CLIENT', 'LIST', 'TYPE', text],
    ['CLIENT', 'TRACKING', 'on', 'BCAST', 'PREFIX', text, 'PREFIX', text],
    ['HELLO', '2', text],
    ['EXPIRE', 'k', '1', text],
    ['FUNCTION', 'LOAD', text, 'x'],
    ['FUNCTION', 'LIST', `${text}x`],
    ['FUNCTION', 'LOAD', `#!${text}\nreturn 1`],
    ['FUNCTION', 'LOAD', `#!lua name=${text}\nreturn 1`],
    ['EVAL', `#!${text}\nreturn 1`, '0'],
    ['EVAL', `#!lua flags=${text}\nreturn 1`, '0'],
    ['LATENCY', 'GRAPH', text],
    ['REPLCONF', text, '1'],
    ['CONFIG', text],
    ['XGROUP', text, 'k'],
    ['EVAL', 'return redis.pcall("expire", "k", "1", ARGV[1])', '0', text],
    ['EVAL', 'return redis.pcall("expire", "k", "1", ARGV[1]).err', '0', text],
    ['ECHO', 'the replies are still in step'],
  ]),
);

/** Names that every JavaScript object knows. */
const INHERITED = ['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'];

contract('no option has the name of what JavaScript objects inherit', [
  ['ZADD', 'z', '1', 'a'],
  ['GEOADD', 'g', '1', '1', 'a'],
  ['RPUSH', 'l', '1'],
  ['SET', 's', 'x'],
  ...INHERITED.flatMap((word): Step[] => [
    ['ZUNION', '1', 'z', 'AGGREGATE', word],
    ['ZUNIONSTORE', 'y', '1', 'z', 'AGGREGATE', word],
    ['BITOP', word, 's', 's', 's'],
    ['BITFIELD', 's', word],
    ['GEODIST', 'g', 'a', 'a', word],
    ['SORT', 'l', word],
    ['SORT', 'l', word, '0', '1'],
    ['MIGRATE', '127.0.0.1', '1', 'nokey', '0', '1', word],
    ['FAILOVER', word],
    ['CONFIG', 'SET', 'maxmemory', word],
    ['CONFIG', 'SET', 'maxmemory', `1${word}`],
    ['CONFIG', 'SET', 'client-output-buffer-limit', `${word} 1 2 3`],
    ['CONFIG', 'SET', 'notify-keyspace-events', word],
    ['COMMAND', 'GETKEYS', 'SORT', 'l', word, 'STORE', 'x'],
  ]),
  ['ZRANGE', 'z', '0', '-1', 'WITHSCORES'],
  ['GET', 's'],
]);
