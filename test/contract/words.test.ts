import { contract, type Step, type Words, useServers } from './harness';

useServers();

const REST = '\0rest';

const SEED: readonly Step[] = [
  ['ZADD', 'z', 1, 'a', 2, 'b', 3, 'c'],
  ['ZADD', 'y', 1, 'a', 5, 'b'],
  ['SADD', 's', 1, 2, 3],
  ['RPUSH', 'l', 'a', 'b', 'c', 'a'],
  ['SET', 'str', 'hello'],
  ['XADD', 'x', '1-1', 'a', 'b'],
  ['XADD', 'x', '2-1', 'a', 'b'],
  ['XGROUP', 'CREATE', 'x', 'g', 0],
  ['GEOADD', 'g', 1, 1, 'm', 1.1, 1.1, 'n'],
];

/** Words by which a command says what it wants, an argument each; `~` marks those that go on behind a NUL. */
function words(line: string): Words {
  return line.split(' ').map((word) => (word.length > 1 && word.endsWith('~') ? `${word.slice(0, -1)}${REST}` : word));
}

const LINES = [
  'ZADD z NX~ 1 q',
  'ZADD z GT~ CH~ 9 a',
  'ZADD z INCR~ 1 a',
  'ZADD z N~ 1 a',
  'ZRANGE z 0 -1 REV~ WITHSCORES~',
  'ZRANGE z 0 9 BYSCORE~ LIMIT~ 0 1',
  'ZRANGE z - + BYLEX~',
  'ZUNION 2 z y WEIGHTS~ 1 2 AGGREGATE~ MIN~ WITHSCORES~',
  'ZINTERCARD 2 z y LIMIT~ 1',
  'ZRANDMEMBER z 5 WITHSCORES~',
  'ZMPOP 1 z MIN~ COUNT~ 1',
  'ZSCAN z 0 MATCH~ a COUNT~ 5',
  'SSCAN s 0 MATCH~ 1',
  'SCAN 0 TYPE~ stream~',
  'SINTERCARD 1 s LIMIT~ 1',
  'LINSERT l BEFORE~ a x',
  'LPOS l a RANK~ 2 MAXLEN~ 9',
  'LPOS l a COUNT~ 1',
  'LMOVE l l LEFT~ RIGHT~',
  'LMPOP 1 l LEFT~ COUNT~ 1',
  'SET str v NX~ GET~',
  'SET str v XX~ KEEPTTL~',
  'SET str v EX~ 10',
  'GETEX str PERSIST~',
  'LCS str str LEN~',
  'LCS str str IDX~ WITHMATCHLEN~ MINMATCHLEN~ 1',
  'XADD x MAXLEN~ =~ 5 NOMKSTREAM~ 5-1 a b',
  'XADD x 9-*~ a b',
  'XADD x 9-~ a b',
  'XADD x -*~ a b',
  'XADD x 10-1-*~ a b',
  'XTRIM x MAXLEN~ 2',
  'XRANGE x -~ +~ COUNT~ 1',
  'XRANGE x (-~ +',
  'XREAD COUNT~ 1 STREAMS~ x 0~',
  'XREAD STREAMS x $~',
  'XREAD STREAMS x >~',
  'XREADGROUP GROUP~ g c NOACK~ STREAMS~ x >~',
  'XREADGROUP GROUP g c STREAMS x $~',
  'XCLAIM x g c 0 5-1 FORCE~ JUSTID~',
  'XCLAIM x g c 0 5-1 BOGUS~',
  'XAUTOCLAIM x g c 0 0 COUNT~ 1 JUSTID~',
  'XINFO STREAM x FULL~ BOGUS~ 1',
  'XGROUP CREATE x h $~ MKSTREAM~ ENTRIESREAD~ 1',
  'XGROUP SETID x g $~',
  'XINFO GROUPS x',
  'XSETID x 99-1 ENTRIESADDED~ 100 MAXDELETEDID~ 1-1',
  'GEOADD g NX~ CH~ 1 1 zz',
  'GEODIST g m n KM~',
  'GEOSEARCH g FROMMEMBER~ m BYRADIUS~ 100 km~ ASC~ WITHDIST~',
  'GEOSEARCH g FROMLONLAT~ 1 1 BYBOX~ 100 100 km~ COUNT~ 1 ANY~',
  'GEORADIUS g 1 1 100 km STORE~ dst',
  'BITFIELD str OVERFLOW~ SAT~ GET~ u8~ 0 SET~ i8 #0 200',
  'BITFIELD str GET u8 0~',
  'BITCOUNT str 0 -1 BIT~',
  'BITPOS str 1 0 -1 BYTE~',
  'BITOP AND~ d str str',
  'PFADD hll a',
  'PFDEBUG ENCODING~ hll',
  'PFDEBUG BOGUS~ hll',
];

contract('words end at a NUL, as texts do in C', [...SEED, ...LINES.map(words)]);

contract('an id has 127 characters at most, its star included', [
  ...[125, 126, 127, 128].flatMap((length): Step[] => [
    ['XADD', 'x', '9-*'.padStart(length, '0'), 'a', 'b'],
    ['XADD', 'x', `${'8-*'.padStart(length - 1, '0')}\0`, 'a', 'b'],
    ['XADD', 'x', '99-1'.padStart(length, '0'), 'a', 'b'],
    ['DEL', 'x'],
  ]),
]);
