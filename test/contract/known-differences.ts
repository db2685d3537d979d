/** Who claims to be Redis, and differs from it in ways we know. */
type Who = 'ioredis-mock';

/** It does not have the command. A case that uses it is compared up to there. */
export interface MissingCommand {
  readonly who: Who;
  readonly command: string;
  readonly reason: 'not implemented';
}

/** It does not refuse what Redis refuses, which is not compared therefore. A line that shows it. */
export interface MissingRefusal {
  readonly who: Who;
  readonly line: readonly [command: string, ...args: string[]];
  readonly reason: string;
}

/** Its answer to something Redis accepts is another one. The case is compared up to there. */
export interface OtherReply {
  readonly who: Who;
  /** The file of the case. */
  readonly group: CaseGroup;
  readonly case: string;
  /** How the command line begins that is the first of the case to be answered otherwise. */
  readonly line: string;
  readonly reason: string;
}

/** The files whose cases are run. */
export const CASE_GROUPS = ['generic', 'hash', 'list', 'set', 'sorted-set', 'string'] as const;
export type CaseGroup = (typeof CASE_GROUPS)[number];

export const missingCommands: readonly MissingCommand[] = `
  ACL BITFIELD BITFIELD_RO BITOP BITPOS BLMOVE BLMPOP BLPOP BRPOP BZMPOP BZPOPMAX BZPOPMIN CLIENT COPY DEBUG DUMP
  EVALSHA_RO EVAL_RO FCALL FCALL_RO FUNCTION GEOADD GEODIST GEOHASH GEOPOS GEORADIUS GEORADIUSBYMEMBER
  GEORADIUSBYMEMBER_RO GEORADIUS_RO GEOSEARCH GEOSEARCHSTORE HELLO LATENCY LCS MEMORY MIGRATE MODULE MONITOR MOVE
  PFADD PFCOUNT PFDEBUG PFMERGE PFSELFTEST PSYNC RESET RESTORE RESTORE-ASKING SCRIPT SELECT SHUTDOWN SINTERCARD SLOWLOG
  SORT SORT_RO SPUBLISH SSUBSCRIBE SUNSUBSCRIBE SWAPDB SYNC TOUCH WAIT XACK XAUTOCLAIM XCLAIM XDEL XGROUP XINFO XPENDING
  XREADGROUP XSETID XTRIM ZDIFFSTORE ZINTER ZINTERCARD ZLEXCOUNT ZMPOP ZRANDMEMBER ZRANGESTORE ZREMRANGEBYLEX ZUNION
  ZUNIONSTORE`
  .trim()
  .split(/\s+/)
  .map((command) => ({ who: 'ioredis-mock', command, reason: 'not implemented' }));

const refusal = (reason: string, ...line: MissingRefusal['line']): MissingRefusal => ({
  who: 'ioredis-mock',
  line,
  reason,
});

export const missingRefusals: readonly MissingRefusal[] = [
  refusal('the number of arguments is not checked', 'SADD', 'key'),
  refusal('unknown options are ignored', 'SET', 'key', 'value', 'BAD'),
  refusal('numbers are not checked', 'SETEX', 'key', '0', 'value'),
  refusal('a missing key is not noticed', 'RENAME', 'missing', 'key'),
  refusal('an index is not checked', 'LSET', 'list', '7', 'value'),
  refusal('another type is no WRONGTYPE', 'LPUSH', 'string', 'value'),
];

const inGroup = (group: CaseGroup, differences: readonly (readonly [string, string, string])[]): OtherReply[] =>
  differences.map(([name, line, reason]) => ({ who: 'ioredis-mock', group, case: name, line, reason }));

const ENCODINGS = 'encodings are guessed from the value, the limits are not known';
const KEEPS_EMPTY = 'a key that became empty is not removed';
const DOUBLES = 'numbers are JavaScript numbers: integers beyond 2^53 lose digits';
const SHORT_DOUBLES = 'scores print as JavaScript does, not with 17 digits; infinity is NaN';
const NUMBER_SCORES = 'scores are numbers, not strings';
const LOWER_CASE = 'words in lower case are not understood';

export const otherReplies: readonly OtherReply[] = [
  ...inGroup('generic', [
    ['EXPIRE and its conditions', 'EXPIRE k 200 NX', 'the conditions are ignored'],
    ['RENAME keeps value and deadline', 'RENAMENX c c', 'RENAME to its own name has removed the key before'],
    ['SCAN', 'SCAN 0 COUNT 100 MATCH a*', 'MATCH has to come before COUNT'],
  ]),
  ...inGroup('hash', [
    ['reading what is missing', 'HRANDFIELD none 3', 'a missing key is null, not an empty array'],
    ['HINCRBY counts within int64', 'HINCRBY h n 9223372036854775807', DOUBLES],
    ['HINCRBYFLOAT adds as long doubles', 'HINCRBYFLOAT h f 0.2', DOUBLES],
    ['HSCAN', 'HSCAN h 0 COUNT 1', 'a small hash is not handed out whole'],
  ]),
  ...inGroup('list', [
    ['pushing at both ends', 'LPUSHX l x y', 'only the first value is pushed'],
    ['LINSERT', 'LINSERT l after e y', LOWER_CASE],
    ['LREM', 'EXISTS m', KEEPS_EMPTY],
    ['LTRIM', 'EXISTS l', KEEPS_EMPTY],
    ['LPOS', 'LPOS l b COUNT 0 MAXLEN 3 RANK -1', 'MAXLEN counts from the head, also when RANK is negative'],
    ['LMOVE and RPOPLPUSH', 'LMOVE l m right left', LOWER_CASE],
    ['long lists', 'OBJECT ENCODING l', ENCODINGS],
  ]),
  ...inGroup('set', [
    ['what is missing', 'SPOP none 3', 'a missing key is null, not an empty array'],
    ['sets of integers are shown in ascending order', 'SMEMBERS s', 'members come in the order they were added'],
    [
      'a key of another type is refused by every command',
      'SMOVE none x a',
      'the type of the target is checked before the source is missed',
    ],
    ['SMOVE', 'EXISTS a', KEEPS_EMPTY],
    ['SPOP and SRANDMEMBER', 'SPOP one 0', 'a count of 0 is undefined, not an empty array'],
    ['combining', 'EXISTS d', KEEPS_EMPTY],
    ['encodings', 'OBJECT ENCODING i', ENCODINGS],
  ]),
  ...inGroup('sorted-set', [
    [
      'ZADD adds, updates and counts as its options say',
      'ZADD z CH 1 a 6 b 5 e',
      'CH counts members whose score stays as it was',
    ],
    ['ZADD refuses what does not go together', 'ZRANGE z 0 -1 WITHSCORES', SHORT_DOUBLES],
    ['reading single members', 'ZSCORE z pi', SHORT_DOUBLES],
    ['ZRANGE by rank', 'ZRANGE z 0 -1 LIMIT 0 -1', 'a LIMIT without effect is refused'],
    ['ZRANGE by score', 'ZRANGEBYSCORE z -inf +inf', 'infinite scores are NaN, and in no order'],
    ['ZRANGE by name', 'ZRANGEBYLEX z -', 'words that begin with + or - are not the ends'],
    [
      'ranges of names in a small set with unequal scores',
      'ZRANGEBYLEX z [a [a',
      'all members are looked at, not those up to the first beyond the range',
    ],
    ['popping', 'ZPOPMIN z', NUMBER_SCORES],
    ['ZSCAN hands out a small set whole', 'ZSCAN z 0', SHORT_DOUBLES],
    ['a set that grew answers as a small one does', 'ZPOPMAX w 3', NUMBER_SCORES],
    ['COMMAND INFO', 'COMMAND INFO bzmpop', 'the table of commands is that of another version'],
    ['OBJECT ENCODING follows the limits', 'OBJECT ENCODING w', ENCODINGS],
    ['scores beyond 2^53 show all their digits', 'ZRANGE z 0 -1 WITHSCORES', SHORT_DOUBLES],
  ]),
  ...inGroup('string', [
    ['SET and its options', 'TTL k', 'KEEPTTL drops the deadline'],
    ['binary keys and values', 'STRLEN', 'characters are counted, not bytes'],
    ['GETEX', 'GETEX k EXAT 1', 'a value told to expire in the past is gone before it is read'],
    ['counters stay within int64', 'INCR n', DOUBLES],
    ['INCRBYFLOAT adds as long doubles', 'INCRBYFLOAT f 0.2', DOUBLES],
    ['ranges', 'GETRANGE none 0 1', 'a missing key is an error'],
    ['MGET, MSET, MSETNX', 'MGET a h', 'a key of another type is shown, not null'],
    ['encodings', 'OBJECT ENCODING k', ENCODINGS],
  ]),
];
