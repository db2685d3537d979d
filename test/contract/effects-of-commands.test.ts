import { isIn } from '../../src/engine/command/versions';
import { COMMANDS } from '../../src/engine/commands';
import { ORACLE } from '../support/oracle';
import { differenceOf, EffectServers } from '../support/effect-servers';

/** What each command that writes tells a replica, on Redis and as an effect of ours. */

let servers: EffectServers;
beforeAll(async () => {
  servers = await EffectServers.start();
});
afterAll(() => servers.stop());

/** A word in braces is replaced: `{dump}` by DUMP of the key `dumped`, `{future}` and `{past}` by times in ms. */
const CASES: Readonly<Record<string, readonly string[]>> = {
  hexpire: [
    'HSET h a 1 b 2 c 3',
    'HEXPIRE h 100 FIELDS 3 a b none',
    'HEXPIRE h 200 GT FIELDS 2 a c',
    'HEXPIRE h 0 NX FIELDS 2 a b',
    'HEXPIRE h 0 FIELDS 1 a',
    'HEXPIRE none 10 FIELDS 1 a',
  ],
  hpexpire: ['HSET h a 1 b 2', 'HPEXPIRE h 100000 FIELDS 1 a', 'HPEXPIRE h 200000 LT FIELDS 1 a'],
  hexpireat: ['HSET h a 1', 'HEXPIREAT h 99999999 FIELDS 1 a', 'HEXPIREAT h 30000000000 FIELDS 1 a'],
  hpexpireat: ['HSET h a 1 b 2', 'HPEXPIREAT h {future} XX FIELDS 1 a', 'HPEXPIREAT h {future} FIELDS 2 a b'],
  hpersist: ['HSET h a 1 b 2', 'HPERSIST h FIELDS 1 a', 'HEXPIRE h 100 FIELDS 1 a', 'HPERSIST h FIELDS 2 a b'],
  hgetex: [
    'HSET h a 1 b 2',
    'HGETEX h FIELDS 1 a',
    'HGETEX h EX 100 FIELDS 2 a none',
    'HGETEX h PXAT {future} FIELDS 1 none',
    'HGETEX h PERSIST FIELDS 2 a b',
    'HGETEX h PERSIST FIELDS 1 a',
    'HGETEX h EXAT 1 FIELDS 1 a',
  ],
  hsetex: [
    'HSETEX h FIELDS 2 a 1 b 2',
    'HSETEX h EX 100 FIELDS 1 a 3',
    'HSETEX h PXAT {future} FXX FIELDS 1 a 3',
    'HSETEX h KEEPTTL FIELDS 1 a 4',
    'HSETEX h FNX FIELDS 1 a 4',
    'HSETEX h EXAT 1 FIELDS 1 b 4',
  ],
  hgetdel: ['HSET h a 1 b 2', 'HGETDEL h FIELDS 2 a none', 'HGETDEL h FIELDS 1 none'],
  append: ['APPEND k v', 'APPEND k w'],
  decr: ['DECR n', 'decr n'],
  decrby: ['DECRBY n 3'],
  getdel: ['SET k v', 'GETDEL k', 'GETDEL k'],
  getex: [
    'SET k v',
    'GETEX k',
    'GETEX k EX 100',
    'GETEX k PERSIST',
    'GETEX k PERSIST',
    'GETEX k PXAT {future}',
    'GETEX k PXAT 1',
    'GETEX k EX 10',
  ],
  getset: ['GETSET k v', 'GETSET k v'],
  incr: ['INCR n', 'SET s x', 'INCR s'],
  incrby: ['INCRBY n 0', 'INCRBY n 5'],
  incrbyfloat: ['INCRBYFLOAT f 0.1', 'INCRBYFLOAT f 0.2', 'EXPIRE f 100', 'INCRBYFLOAT f -1'],
  mset: ['MSET a 1 b 2'],
  msetnx: ['MSETNX a 1 b 2', 'MSETNX a 1 c 2'],
  psetex: ['PSETEX k 100000 v'],
  set: [
    'SET k v',
    'SET k v EX 100',
    'SET k v PX 100000',
    'SET k v EXAT 99999999999',
    'SET k v PXAT {future}',
    'SET k v KEEPTTL',
    'SET k v GET',
    'SET k v NX',
    'SET k w XX GET EX 50',
    'SET new v NX GET KEEPTTL',
  ],
  setex: ['SETEX k 100 v'],
  setnx: ['SETNX k v', 'SETNX k v'],
  setrange: ['SETRANGE k 3 v', 'SETRANGE k 0 ""', 'SETRANGE none 0 ""'],
  bitfield: [
    'BITFIELD b SET u8 0 255',
    'BITFIELD b GET u8 0',
    'BITFIELD b INCRBY u8 0 1 OVERFLOW FAIL INCRBY u8 0 255',
  ],
  bitop: ['SET a x', 'BITOP NOT d a', 'BITOP AND e none', 'BITOP AND d none'],
  setbit: ['SETBIT b 7 1', 'SETBIT b 7 1'],
  pfadd: ['PFADD h a b', 'PFADD h a', 'PFADD h'],
  pfcount: ['PFADD h a b', 'PFCOUNT h', 'PFCOUNT h', 'PFADD g a', 'PFCOUNT h g'],
  pfdebug: ['PFADD h a', 'PFDEBUG TODENSE h', 'PFDEBUG TODENSE h', 'PFDEBUG GETREG h'],
  pfmerge: ['PFADD h a', 'PFMERGE d h', 'PFMERGE d none'],
  hdel: ['HSET h a 1 b 2', 'HDEL h a x', 'HDEL h x', 'HDEL h b'],
  hincrby: ['HINCRBY h f 5'],
  hincrbyfloat: ['HINCRBYFLOAT h f 0.1', 'HINCRBYFLOAT h f 0.2'],
  hmset: ['HMSET h a 1'],
  hset: ['HSET h a 1', 'HSET h a 1'],
  hsetnx: ['HSETNX h a 1', 'HSETNX h a 1'],
  blmove: ['RPUSH l a b', 'BLMOVE l m LEFT RIGHT 0', 'BLMOVE l m RIGHT LEFT 0.001', 'BLMOVE l m LEFT LEFT 0.001'],
  blmpop: ['RPUSH l a b c', 'BLMPOP 0 2 none l LEFT', 'BLMPOP 0 1 l RIGHT COUNT 10', 'BLMPOP 0.001 1 l LEFT'],
  blpop: ['RPUSH l a b', 'BLPOP none l 0', 'BLPOP l 0', 'BLPOP l 0.001'],
  brpop: ['RPUSH l a b', 'BRPOP l none 0', 'BRPOP l 0'],
  brpoplpush: ['RPUSH l a b', 'BRPOPLPUSH l m 0', 'BRPOPLPUSH l l 0'],
  linsert: ['RPUSH l a b', 'LINSERT l BEFORE b x', 'LINSERT l AFTER none x'],
  lmove: ['RPUSH l a b', 'LMOVE l m LEFT RIGHT', 'LMOVE none m LEFT LEFT', 'LMOVE l l LEFT RIGHT'],
  lmpop: ['RPUSH l a b c', 'LMPOP 2 none l LEFT', 'LMPOP 1 l RIGHT COUNT 5', 'LMPOP 1 l LEFT'],
  lpop: ['RPUSH l a b c', 'LPOP l', 'LPOP l 0', 'LPOP l 5', 'LPOP l'],
  lpush: ['LPUSH l a b'],
  lpushx: ['LPUSHX l a', 'LPUSH l b', 'LPUSHX l a'],
  lrem: ['RPUSH l a b a', 'LREM l 0 x', 'LREM l -1 a'],
  lset: ['RPUSH l a b', 'LSET l 0 x', 'LSET l 9 x'],
  ltrim: ['RPUSH l a b c', 'LTRIM l 0 -1', 'LTRIM l 1 1', 'LTRIM l 5 9', 'LTRIM l 0 0'],
  rpop: ['RPUSH l a b c', 'RPOP l', 'RPOP l 2'],
  rpoplpush: ['RPUSH l a', 'RPOPLPUSH l m', 'RPOPLPUSH l m'],
  rpush: ['RPUSH l a'],
  rpushx: ['RPUSHX l a'],
  sadd: ['SADD s a b', 'SADD s a'],
  sdiffstore: ['SADD s a b', 'SDIFFSTORE d s none', 'SDIFFSTORE d none', 'SDIFFSTORE d none'],
  sinterstore: ['SADD s a b', 'SINTERSTORE d s s', 'SINTERSTORE d s none', 'SINTERSTORE d s none'],
  smove: ['SADD s a', 'SMOVE s t a', 'SMOVE s t a', 'SMOVE t t a'],
  spop: ['SADD s a', 'SPOP s', 'SADD s a b c', 'SPOP s 3', 'SADD s a', 'SPOP s 0', 'SPOP none 1', 'SPOP s 9'],
  srem: ['SADD s a b', 'SREM s a x', 'SREM s x'],
  sunionstore: ['SADD s a', 'SUNIONSTORE d s'],
  bzmpop: ['ZADD z 1 a 2 b 3 c', 'BZMPOP 0 2 none z MIN', 'BZMPOP 0 1 z MAX COUNT 5', 'BZMPOP 0.001 1 z MIN'],
  bzpopmax: ['ZADD z 1 a 2 b', 'BZPOPMAX none z 0'],
  bzpopmin: ['ZADD z 1 a 2 b', 'BZPOPMIN z 0', 'BZPOPMIN z 0'],
  zadd: ['ZADD z 1 a', 'ZADD z 1 a', 'ZADD z INCR 2 a', 'ZADD z NX 5 a', 'ZADD z GT CH 9 a 1 b'],
  zdiffstore: ['ZADD z 1 a', 'ZDIFFSTORE d 1 z', 'ZDIFFSTORE d 1 none', 'ZDIFFSTORE d 1 none'],
  zincrby: ['ZINCRBY z 1.5 a', 'ZINCRBY z 0 a'],
  zinterstore: ['ZADD z 1 a', 'ZINTERSTORE d 2 z z WEIGHTS 1 2'],
  zmpop: ['ZADD z 1 a 2 b 3 c', 'ZMPOP 2 none z MIN', 'ZMPOP 1 z MAX COUNT 5', 'ZMPOP 1 z MIN'],
  zpopmax: ['ZADD z 1 a 2 b', 'ZPOPMAX z', 'ZPOPMAX z 0', 'ZPOPMAX z 9'],
  zpopmin: ['ZADD z 1 a 2 b', 'ZPOPMIN z'],
  zrangestore: ['ZADD z 1 a 2 b', 'ZRANGESTORE d z 0 -1', 'ZRANGESTORE d none 0 -1', 'ZRANGESTORE d none 0 -1'],
  zrem: ['ZADD z 1 a', 'ZREM z x', 'ZREM z a'],
  zremrangebylex: ['ZADD z 0 a 0 b', 'ZREMRANGEBYLEX z [a [a', 'ZREMRANGEBYLEX z [x [y'],
  zremrangebyrank: ['ZADD z 0 a 0 b', 'ZREMRANGEBYRANK z 0 0', 'ZREMRANGEBYRANK z 7 9'],
  zremrangebyscore: ['ZADD z 0 a 5 b', 'ZREMRANGEBYSCORE z -inf 1', 'ZREMRANGEBYSCORE z 8 9'],
  zunionstore: ['ZADD z 1 a', 'ZUNIONSTORE d 2 z none'],
  geoadd: [
    'GEOADD g 13.361389 38.115556 Palermo',
    'GEOADD g NX CH 13.361389 38.115556 Palermo 15.087269 37.502669 Catania',
    'GEOADD g XX 1 1 x',
  ],
  georadius: [
    'GEOADD g 13.361389 38.115556 Palermo',
    'GEORADIUS g 15 37 200 km',
    'GEORADIUS g 15 37 200 km STORE d',
    'GEORADIUS none 15 37 200 km STORE d',
    'GEORADIUS none 15 37 200 km STORE d',
  ],
  georadiusbymember: ['GEOADD g 13.361389 38.115556 Palermo', 'GEORADIUSBYMEMBER g Palermo 200 km STOREDIST d'],
  geosearchstore: [
    'GEOADD g 13.361389 38.115556 Palermo',
    'GEOSEARCHSTORE d g FROMMEMBER Palermo BYRADIUS 1 km ASC',
    'GEOSEARCHSTORE d none FROMLONLAT 1 1 BYRADIUS 1 km',
  ],
  xack: [
    'XADD s 1-1 f v',
    'XGROUP CREATE s g 0',
    'XREADGROUP GROUP g c STREAMS s >',
    'XACK s g 1-1 9-9',
    'XACK s g 1-1',
  ],
  xadd: [
    'XADD s 1-1 f v',
    'XADD s 1-* f v',
    'xadd s * f v',
    'XADD s NOMKSTREAM MAXLEN 2 * f v',
    'XADD s MAXLEN ~ 1 LIMIT 5 * f v',
    'XADD s MINID = 5 * f v',
    'XADD s MINID ~ 5-1 * f v',
    'XADD none NOMKSTREAM * f v',
  ],
  xautoclaim: [
    'XADD s 1-1 f v',
    'XADD s 2-1 f v',
    'XGROUP CREATE s g 0',
    'XREADGROUP GROUP g c STREAMS s >',
    'XDEL s 1-1',
    'XAUTOCLAIM s g d 0 0 COUNT 5',
    'XAUTOCLAIM s g e 0 0 JUSTID',
    'XAUTOCLAIM s g e 9999 0',
    'XAUTOCLAIM s g f 9999 0',
  ],
  xclaim: [
    'XADD s 1-1 f v',
    'XADD s 2-1 f v',
    'XGROUP CREATE s g 0',
    'XREADGROUP GROUP g c STREAMS s >',
    'XCLAIM s g d 0 1-1',
    'XCLAIM s g d 99999 1-1',
    'XCLAIM s g e 0 2-1 JUSTID',
    'XCLAIM s g e 0 2-1 LASTID 5-5',
    'XCLAIM s g e 0 2-1 TIME 1000 RETRYCOUNT 7',
    'XDEL s 2-1',
    'XCLAIM s g f 0 2-1',
    'XADD s 9-1 f v',
    'XCLAIM s g f 0 9-1 FORCE IDLE 5',
    'XCLAIM s g new 0 44-4',
  ],
  xdel: ['XADD s 1-1 f v', 'XDEL s 1-1 2-2', 'XDEL s 1-1'],
  'xgroup create': [
    'XADD s 1-1 f v',
    'XGROUP CREATE s g $',
    'XGROUP CREATE t g 0 MKSTREAM',
    'XGROUP CREATE s g $',
    'XGROUP CREATE s h 0 ENTRIESREAD 3',
  ],
  'xgroup createconsumer': [
    'XGROUP CREATE s g $ MKSTREAM',
    'XGROUP CREATECONSUMER s g c',
    'XGROUP CREATECONSUMER s g c',
  ],
  'xgroup delconsumer': [
    'XGROUP CREATE s g $ MKSTREAM',
    'XGROUP CREATECONSUMER s g c',
    'XGROUP DELCONSUMER s g c',
    'XGROUP DELCONSUMER s g c',
  ],
  'xgroup destroy': ['XGROUP CREATE s g $ MKSTREAM', 'XGROUP DESTROY s g', 'XGROUP DESTROY s g'],
  'xgroup setid': ['XGROUP CREATE s g $ MKSTREAM', 'XGROUP SETID s g 5-5', 'XGROUP SETID s g $ ENTRIESREAD 2'],
  xreadgroup: [
    'XADD s 1-1 f v',
    'XADD s 2-2 f v',
    'XGROUP CREATE s g 0',
    'XREADGROUP GROUP g c COUNT 1 STREAMS s >',
    'XREADGROUP GROUP g n NOACK STREAMS s >',
    'XREADGROUP GROUP g c STREAMS s 0',
    'XREADGROUP GROUP g c STREAMS s >',
    'XREADGROUP GROUP g x NOACK STREAMS s >',
    'XREADGROUP GROUP g y STREAMS s 0',
    'XREADGROUP GROUP g c BLOCK 1 STREAMS s >',
    'XADD t 5-1 f v',
    'XGROUP CREATE t g 0',
    'XREADGROUP GROUP g c STREAMS s t > >',
  ],
  xsetid: ['XADD s 1-1 f v', 'XSETID s 5-5', 'XSETID s 6-6 ENTRIESADDED 9 MAXDELETEDID 1-1'],
  xtrim: [
    'XADD s 1-1 f v',
    'XADD s 2-1 f v',
    'XTRIM s MAXLEN 5',
    'XTRIM s MAXLEN ~ 0',
    'XTRIM s MINID 2-0',
    'XADD s 9-1 f v',
    'XTRIM s MINID ~ 99 LIMIT 5',
    'XTRIM s MAXLEN = 0',
  ],
  restore: [
    'SET dumped v',
    'RESTORE k 0 {dump}',
    'RESTORE k 100000 {dump} REPLACE',
    'RESTORE k {future} {dump} REPLACE ABSTTL',
    'RESTORE k 1 {dump} REPLACE ABSTTL',
    'RESTORE k 1 {dump} ABSTTL',
    'RESTORE k 0 {dump} IDLETIME 5',
  ],
  'restore-asking': ['SET dumped v', 'RESTORE-ASKING k 100000 {dump}'],
  copy: ['SET k v', 'COPY k c', 'COPY k c', 'COPY k c DB 1 REPLACE', 'COPY none c'],
  del: ['SET k v', 'DEL k none', 'DEL k'],
  expire: ['SET k v', 'EXPIRE k 100', 'EXPIRE k 100 NX', 'EXPIRE k 200 GT', 'EXPIRE k -1', 'EXPIRE none 5'],
  expireat: ['SET k v', 'EXPIREAT k 99999999999', 'EXPIREAT k 1'],
  migrate: ['MIGRATE 127.0.0.1 1 none 0 10'],
  move: ['SET k v', 'MOVE k 1', 'MOVE k 1', 'SELECT 1', 'MOVE k 0'],
  persist: ['SET k v EX 100', 'PERSIST k', 'PERSIST k'],
  pexpire: ['SET k v', 'PEXPIRE k 100000', 'PEXPIRE k 50000 LT', 'PEXPIRE k 99000 LT'],
  pexpireat: ['SET k v', 'PEXPIREAT k {future} XX', 'PEXPIREAT k {future}', 'PEXPIREAT k {past}'],
  rename: ['SET k v', 'RENAME k n', 'RENAME k n', 'RENAME n n'],
  renamenx: ['SET k v', 'RENAMENX k n', 'SET k v', 'RENAMENX k n'],
  sort: ['RPUSH l 3 1 2', 'SORT l', 'SORT l STORE d', 'SORT none STORE d', 'SORT none STORE d'],
  unlink: ['SET k v', 'UNLINK k', 'UNLINK k'],
  eval: [
    'EVAL return(1) 0',
    "EVAL redis.call('set','a',1) 0",
    "EVAL redis.call('set','a',1);redis.call('incr','a');redis.call('expire','a',100) 0",
    "EVAL redis.call('select','3');redis.call('set','a',1);redis.call('select','4');redis.call('set','b',1) 0",
    "EVAL redis.call('set','a',1);redis.call('nosuch') 0",
    "EVAL redis.pcall('incr','s');redis.call('publish','c','m') 0",
    "EVAL redis.call('sadd','s','x');redis.call('spop','s') 0",
  ],
  evalsha: ["SCRIPT LOAD redis.call('set','a',1)", 'EVALSHA 1b4c4dd59d4a2aa5d7cd2b9d2d2cb5e1b6c7a1f0 0', 'SET done 1'],
  fcall: [
    "FUNCTION LOAD #!lua\u00a0name=lib\nredis.register_function('f',function()redis.call('set','a',1)redis.call('incr','n')end)",
    'FCALL f 0',
  ],
  'function load': [
    "FUNCTION LOAD #!lua\u00a0name=lib\nredis.register_function('f',function()end)",
    "FUNCTION LOAD REPLACE #!lua\u00a0name=lib\nredis.register_function('f',function()end)",
    'FUNCTION LOAD nonsense',
  ],
  'function delete': [
    "FUNCTION LOAD #!lua\u00a0name=lib\nredis.register_function('f',function()end)",
    'FUNCTION DELETE lib',
    'FUNCTION DELETE lib',
  ],
  'function flush': ['FUNCTION FLUSH', 'FUNCTION FLUSH ASYNC'],
  'function restore': ['FUNCTION RESTORE nonsense'],
  publish: ['PUBLISH c m'],
  spublish: ['SPUBLISH c m'],
  flushall: ['SET k v', 'FLUSHALL', 'FLUSHALL ASYNC'],
  flushdb: ['SET k v', 'FLUSHDB', 'FLUSHDB SYNC', 'SELECT 2', 'FLUSHDB'],
  swapdb: ['SET k v', 'SWAPDB 0 1', 'SWAPDB 0 0'],
};

const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'a transaction of one write': ['MULTI', 'GET k', 'SET k v', 'EXEC'],
  'a transaction of several': ['MULTI', 'SET k v', 'INCR n', 'SELECT 3', 'SET k v', 'EXEC', 'SET k v'],
  'a transaction that reads': ['MULTI', 'GET k', 'EXEC'],
  'a transaction whose command fails': ['MULTI', 'SET k v', 'INCR k', 'LPUSH l a', 'EXEC'],
  'a transaction with a script': ['MULTI', "EVAL redis.call('set','a',1);redis.call('incr','a') 0", 'SET k v', 'EXEC'],
  'another database': ['SELECT 5', 'SET k v', 'SELECT 0', 'SET k v'],
};

/** What comes upon a key whose time is over: only its end is told, unless something else changed. */
const UPON_AN_EXPIRED_KEY: readonly string[] = [
  ...[
    'GET k',
    'SCAN 0',
    'RANDOMKEY',
    'EXISTS k',
    'TYPE k',
    'TTL k',
    'TOUCH k',
    'STRLEN k',
    'MGET a k',
    'KEYS *',
    'DUMP k',
  ],
  ...[
    'DEL k',
    'UNLINK k',
    'EXPIRE k 100',
    'PERSIST k',
    'GETDEL k',
    'GETEX k EX 10',
    'SET k v XX',
    'LPUSHX k a',
    'HDEL k f',
  ],
  ...['SET k v', 'INCR k', 'RENAME k b', 'COPY k b', 'SINTERSTORE b k', 'SORT k STORE b', 'BITOP NOT b k', 'MOVE k 1'],
  ...[
    'SINTERSTORE k b',
    'SUNIONSTORE k b',
    'SORT b STORE k',
    'BITOP NOT k b',
    'ZUNIONSTORE k 1 b',
    'ZRANGESTORE k b 0 1',
  ],
  ...[
    'GEOSEARCHSTORE k b FROMLONLAT 1 1 BYRADIUS 1 m ASC',
    'RENAME b k',
    'COPY b k',
    'SMOVE b k m',
    'GETSET k v',
    'PFMERGE k b',
  ],
  ...["EVAL return\u00a0redis.call('get','k') 0", "EVAL redis.call('get','k');redis.call('incr','n') 0"],
];

async function words(line: string): Promise<string[]> {
  const now = Date.now();
  const replace = async (word: string): Promise<string> => {
    if (word === '""') return '';
    if (word === '{future}') return String(now + 1_000_000);
    if (word === '{past}') return String(now - 1_000_000);
    if (word === '{dump}') return String((await servers.client.command('DUMP', 'dumped'))?.value);
    return word.replaceAll('\u00a0', ' ');
  };
  return Promise.all(line.split(' ').map(replace));
}

async function difference(lines: readonly string[]): Promise<string | undefined> {
  await servers.runAll([]);
  for (const line of lines) await servers.step(await words(line));
  await servers.step(['DISCARD']);
  return differenceOf(await servers.take());
}

describe('the effects of commands', () => {
  const isKnown = (name: string) => {
    const found = COMMANDS.find(name);
    return found === undefined || isIn(ORACLE, found.since);
  };

  it.each(Object.entries({ ...CASES, ...OTHERS }).filter(([name]) => isKnown(name)))('%s', async (_, lines) => {
    expect(await difference(lines)).toBeUndefined();
  });

  it.each(UPON_AN_EXPIRED_KEY)('of %s, which comes upon a key whose time is over', async (line) => {
    expect(await difference(['PSETEX k 1 v', 'DEBUG SLEEP 0.01', line])).toBeUndefined();
  });

  it('are asked of every command that writes', () => {
    const writes = ({ flags }: { readonly flags: readonly string[] }) =>
      flags.includes('write') || flags.includes('may_replicate');
    const names = COMMANDS.all().flatMap((command) =>
      'subcommands' in command
        ? command.subcommands.filter(writes).map(({ name }) => `${command.name} ${name}`)
        : writes(command)
          ? [command.name]
          : [],
    );
    expect(names.filter((name) => CASES[name] === undefined)).toEqual([]);
  });
});
