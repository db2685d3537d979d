import type { Redis, RedisOptions } from 'ioredis';
import { ErrorReply } from '../../../../../src/engine';
import {
  answersInProcess,
  type EngineAnswer,
  keyReaderOf,
  keyWriterOf,
  type OwnReply,
  replyInProcess,
  transactionInProcess,
} from '../../../../../src/modules/cache';
import { randomLimits, randomValue } from '../../../../fuzz/dump-values';
import { type GatedEngine, gatedEngine } from '../../../../support/gated-engine';
import { SeededRandom } from '../../../../support/seeded-random';
import { slice } from '../../../../support/slice';

/** The ways to an engine that do without ioredis' commands: they answer as those do, or leave it to them. */

/** In RESP3, which ioredis 6 speaks by itself, it is left to ioredis what a reply is. */
const RESP2: RedisOptions & { readonly protocol: 2 } = { protocol: 2 };

let gated: GatedEngine;
let client: Redis;

beforeEach(async () => {
  gated = await gatedEngine();
  client = gated.make('direct', RESP2);
  await client.ping();
});

afterEach(() => gated.close());

const bytes = (...texts: string[]) => texts.map((text) => Buffer.from(text, 'latin1'));

async function isPending(promise: Promise<unknown> | undefined): Promise<boolean> {
  let pending = true;
  const over = () => {
    pending = false;
  };
  promise?.then(over, over);
  await gated.settled();
  return pending;
}

describe('answersInProcess', () => {
  it('answers as a pipeline does, errors among the replies', async () => {
    const lines = [
      ['SET', 'k', Buffer.from([0xff, 0])],
      ['GET', 'k'],
      ['LPUSH', 'k', 'x'],
      ['PEXPIREAT', 'k', '9007199254740993'],
      ['PEXPIRETIME', 'k'],
      ['NOSUCH'],
    ] as const;
    const pipeline = client.pipeline();
    for (const [name, ...args] of lines) pipeline.callBuffer(name, ...args);
    const expected = ((await pipeline.exec()) ?? []).map(([error, reply]) => error ?? reply);
    expect(await answersInProcess(client, lines)).toEqual(expected);
    expect(expected.filter((reply) => reply instanceof Error)).toHaveLength(2);
  });

  it('waits for what was written to be kept, and what is asked behind it waits, too', async () => {
    gated.follow();
    const replies = answersInProcess(client, [
      ['SET', 'k', 'v'],
      ['GET', 'k'],
    ]);
    expect(await isPending(replies)).toBe(true);
    gated.engine.gate.open(1);
    expect(await replies).toEqual(bytes('OK', 'v'));
  });

  it('says what was not kept', async () => {
    gated.follow();
    const replies = answersInProcess(client, [['SET', 'k', 'v']]);
    expect(await isPending(replies)).toBe(true);
    gated.engine.gate.fail('MISCONF nothing is kept');
    expect(await replies).toEqual([
      expect.objectContaining({ name: 'ReplyError', message: 'MISCONF nothing is kept' }),
    ]);
  });

  it('waits for the end of a pause', async () => {
    const other = gated.make('direct');
    await other.client('PAUSE', 100_000, 'WRITE');
    const replies = answersInProcess(client, [
      ['GET', 'k'],
      ['SET', 'k', 'v'],
      ['GET', 'k'],
    ]);
    expect(await isPending(replies)).toBe(true);
    await other.client('UNPAUSE');
    expect(await replies).toEqual([null, ...bytes('OK', 'v')]);
  });

  it('leaves it to ioredis while commands are on their way, to a server, and where others see the commands', async () => {
    const first = client.blpop('list', 0);
    expect(answersInProcess(client, [['PING']])).toBeUndefined();
    await gated.make('direct').lpush('list', 'x');
    await first;
    expect(answersInProcess(gated.make('bytes'), [['PING']])).toBeUndefined();
    client.sendCommand = () => Promise.resolve('mine');
    expect(answersInProcess(client, [['PING']])).toBeUndefined();
    expect(keyReaderOf(client)).toBeUndefined();
  });
});

/** What a reply consists of, errors as such. */
async function seen(answer: Promise<EngineAnswer> | undefined): Promise<unknown> {
  const given = await answer;
  return given === undefined || 'value' in given ? given : shown(given.reply);
}

function shown(reply: OwnReply): unknown {
  if (reply.error !== undefined) return `-${reply.error}`;
  const items = reply.items();
  if (items !== undefined) return items.map(shown);
  const parts: unknown[] = [];
  const take = (part: unknown) => parts.push(part);
  const nothing = () => take(null);
  reply.visit({ text: take, status: (text) => take(`+${text}`), number: take, nothing, begin: nothing, end: nothing });
  return parts[0];
}

describe('replyInProcess', () => {
  it("gives the engine's own replies, errors among them", async () => {
    await client.rpush('k', 'a', Buffer.from([0xff]));
    expect(await seen(replyInProcess(client, ['LRANGE', 'k', '0', '-1']))).toEqual(['a', '\u00ff']);
    expect(await seen(replyInProcess(client, ['GET', 'k']))).toMatch(/^-WRONGTYPE/);
    expect(await seen(replyInProcess(client, ['XINFO', 'STREAM', 'none']))).toBe('-ERR no such key');
  });

  it('runs a transaction, and says why there was none', async () => {
    const lines = [
      ['SET', 'k', 'v'],
      ['LPUSH', 'k', 'x'],
      ['GET', 'k'],
    ] as const;
    expect(await seen(transactionInProcess(client, lines))).toEqual([
      '+OK',
      expect.stringMatching(/^-WRONGTYPE/) as string,
      'v',
    ]);
    expect(await seen(transactionInProcess(client, [['SET', 'k', 'w'], ['NOSUCH']]))).toMatch(/^-EXECABORT/);
    expect(await client.get('k')).toBe('v');
  });

  it('waits for what was written to be kept, or says that it was not', async () => {
    gated.follow();
    const written = replyInProcess(client, ['SET', 'k', 'v']);
    const read = transactionInProcess(client, [['GET', 'k']]);
    expect(await isPending(written)).toBe(true);
    expect(await isPending(read)).toBe(true);
    gated.engine.gate.open(1);
    expect(await seen(written)).toBe('+OK');
    expect(await seen(read)).toEqual(['v']);
    const lost = replyInProcess(client, ['SET', 'k', 'w']);
    expect(await isPending(lost)).toBe(true);
    gated.engine.gate.fail('MISCONF nothing is kept');
    expect(await seen(lost)).toBe('-MISCONF nothing is kept');
  });

  it('waits for the end of a pause, what is asked behind it, too', async () => {
    const other = gated.make('direct');
    await other.client('PAUSE', 100_000, 'WRITE');
    const written = replyInProcess(client, ['SET', 'k', 'v']);
    expect(replyInProcess(client, ['GET', 'k'])).toBeUndefined();
    expect(await isPending(written)).toBe(true);
    await other.client('UNPAUSE');
    expect(await written).toEqual({ value: Buffer.from('OK') });
    await other.client('PAUSE', 100_000, 'WRITE');
    // A queued command waits as well, and those behind it with it.
    expect(transactionInProcess(client, [['GET', 'k']])).toBeUndefined();
  });

  it('is for nobody in the middle of a transaction', async () => {
    await client.multi({ pipeline: false });
    expect(replyInProcess(client, ['GET', 'k'])).toBeUndefined();
    expect(transactionInProcess(client, [['GET', 'k']])).toBeUndefined();
    await client.discard();
  });
});

describe('keyReaderOf', () => {
  it('reads what DUMP, PEXPIRETIME and MEMORY USAGE say, of values of every kind', async () => {
    const { seed, size } = slice({ short: 40, long: 200 });
    // It reads the oldest form that holds a value, which DUMP writes where the version is 7.0.
    await gated.close();
    gated = await gatedEngine({ version: '7.0' });
    client = gated.make('direct', RESP2);
    const random = new SeededRandom(seed);
    for (let i = 0; i < size; i++) {
      await client.flushall();
      for (const [name = '', ...args] of [...randomLimits(random), ...randomValue(random).recipe])
        await client.call(name, bytes(...args));
      if (random.below(2) === 0) await client.pexpireat('k', 4_000_000_000_000);
      const dump = await client.dumpBuffer('k');
      const [content] = keyReaderOf(client)?.contents(['k']) ?? [];
      expect(content).toEqual({ body: dump.subarray(0, -10), expireAt: Math.max(0, await client.pexpiretime('k')) });
      expect(keyReaderOf(client)?.sizes(['k', 'none'])).toEqual([await client.memory('USAGE', 'k'), 0]);
    }
  });

  it('reads many at once, of the selected database, and those alone whose time is not over', async () => {
    await client.select(3);
    await client.mset('a', '1', 'b', 'x'.repeat(100), 'c', 'y');
    await client.pexpireat('c', 1);
    const contents = keyReaderOf(client)?.contents(['none', 'a', 'c', 'b']) ?? [];
    expect(contents.map((content) => content !== undefined)).toEqual([false, true, false, true]);
  });

  it('is for nobody whom commands would make wait, refuse, or show to others', async () => {
    const other = gated.make('direct');
    await other.client('PAUSE', 100_000, 'WRITE');
    expect(keyReaderOf(client)).toBeUndefined();
    await other.client('UNPAUSE');
    expect(keyReaderOf(client)).toBeDefined();
    gated.engine.gate.close();
    expect(keyReaderOf(client)).toBeUndefined();
    gated.engine.gate.open(1);
    const monitor = await gated.make('socket').monitor();
    expect(keyReaderOf(client)).toBeUndefined();
    monitor.disconnect();
    await gated.settled();
    await client.acl('SETUSER', 'default', '-dump');
    expect(keyReaderOf(client)).toBeUndefined();
  });
});

describe('a walk', () => {
  const readNames = (page: { readonly items: readonly { readonly key: string }[] } | undefined) =>
    page?.items.map(({ key }) => key) ?? [];

  it('meets each key once that was there all the time, whatever moves meanwhile', async () => {
    const { seed, size } = slice({ short: 5, long: 20 });
    const random = new SeededRandom(seed);
    for (let round = 0; round < size; round++) {
      await client.flushall();
      const names: readonly [string, ...string[]] = [
        'key',
        ...Array.from({ length: 1500 }, (_, i) => `key ${String(i)}`),
      ];
      await client.mset(names.flatMap((name) => [name, 'v']));
      const walk = keyReaderOf(client)?.walk();
      if (walk === undefined) throw new Error('no walk');
      const gone = new Set<string>();
      const met: string[] = [];
      while (!walk.isOver) {
        met.push(...readNames(keyReaderOf(client)?.page(walk, { db: 0, keys: 100, bigBytes: Infinity })));
        for (let i = 0; i < 100; i++) {
          const name: string = random.pick(names);
          if (random.below(2) === 0) {
            await client.del(name);
            gone.add(name);
          } else {
            await client.set('other', 'w');
            // The key is another one afterwards, and was there all the time.
            if ((await client.exists(name)) === 1) await client.rename('other', name);
          }
          if (random.below(4) === 0) await client.set(name, 'back');
        }
      }
      expect(new Set(met).size).toBe(met.length);
      const known = new Set(met);
      expect(names.filter((name) => !known.has(name) && !gone.has(name))).toEqual([]);
    }
  });

  it('reads what is there now, of the database it is asked about, and names what is large', async () => {
    await client.mset('a', '1', 'large', 'x'.repeat(100_000), 'timed', 'z');
    await client.debug('POPULATE', '30000');
    const walk = keyReaderOf(client)?.walk();
    if (walk === undefined) throw new Error('no walk');
    await client.set('a', 'changed', 'PXAT', 4_000_000_000_000);
    await client.pexpireat('timed', 1);
    await client.set('late', 'v');
    const options = {
      db: 7,
      keys: 512,
      bigBytes: 50_000,
      matches: (key: string) => /^(?:a|large|timed|late)$/.test(key),
    };
    const found: unknown[] = [];
    const large: unknown[] = [];
    let pages = 0;
    for (; !walk.isOver; pages += 1) {
      const { items, big } = keyReaderOf(client)?.page(walk, options) ?? { items: [] };
      found.push(...items);
      if (big !== undefined) large.push(big);
    }
    const body = (await client.dumpBuffer('a')).subarray(0, -10);
    expect(found).toEqual([{ kind: 'value', db: 7, key: 'a', expireAt: 4_000_000_000_000, body }]);
    // Of so many that do not match, others have their turn between.
    expect(pages).toBeGreaterThan(10);
    expect(large).toEqual([{ name: 'large', bytes: await client.memory('USAGE', 'large') }]);
    await client.flushall();
    const emptied = keyReaderOf(client)?.walk();
    expect(emptied?.isOver).toBe(true);
  });

  it('hands out names where nothing may be read past the commands', async () => {
    await client.mset('a', '1', 'b', '2', 'c', '3');
    const walk = keyReaderOf(client)?.walk();
    expect([walk?.names(2).length, walk?.names(2).length, walk?.isOver]).toEqual([2, 1, true]);
  });
});

describe('keyWriterOf', () => {
  const payloadOf = async (key: string) => (await client.dumpBuffer(key)).subarray(0, -10);

  it('writes what RESTORE writes, of values of every kind, and says against it what RESTORE says', async () => {
    const { seed, size } = slice({ short: 40, long: 200 });
    // It reads the oldest form that holds a value, which DUMP writes where the version is 7.0.
    await gated.close();
    gated = await gatedEngine({ version: '7.0' });
    client = gated.make('direct', RESP2);
    const random = new SeededRandom(seed);
    for (let i = 0; i < size; i++) {
      await client.flushall();
      for (const [name = '', ...args] of [...randomLimits(random), ...randomValue(random).recipe])
        await client.call(name, bytes(...args));
      const dump = await client.dumpBuffer('k');
      const expireAt = random.pick([0, 1, 4_000_000_000_000]);
      const body = dump.subarray(0, -10);
      const refusals = keyWriterOf(client)?.write(
        [
          { key: 'k', body, expireAt },
          { key: 'direct', body, expireAt },
        ],
        false,
      );
      expect(refusals).toEqual(['BUSYKEY Target key name already exists.', undefined]);
      await client.restore('restored', expireAt, dump, 'ABSTTL');
      const [direct, restored] = await Promise.all(
        ['direct', 'restored'].map((key) =>
          Promise.all([client.debug('DIGEST-VALUE', key), client.object('ENCODING', key), client.pexpiretime(key)]),
        ),
      );
      expect(direct).toEqual(restored);
    }
  });

  it('refuses what makes no sense and what there is no memory for, replaces, and keeps how keys were used', async () => {
    await client.set('k', 'old', 'PXAT', 4_000_000_000_000);
    const writer = () => keyWriterOf(client);
    const body = Buffer.from([0, 1, 0x61]);
    expect(writer()?.write([{ key: 'n', body: Buffer.from([0, 9, 0x61]), expireAt: 0 }], false)).toEqual([
      'ERR Bad data format',
    ]);
    expect(writer()?.write([{ key: 'k', body, expireAt: 0, idle: 500 }], true)).toEqual([undefined]);
    expect([await client.object('IDLETIME', 'k'), await client.get('k'), await client.ttl('k')]).toEqual([
      500,
      'a',
      -1,
    ]);
    await client.config('SET', 'maxmemory', '1');
    expect(writer()?.write([{ key: 'n', body, expireAt: 0 }], false)).toEqual([
      "OOM command not allowed when used memory > 'maxmemory'.",
    ]);
    expect(await client.exists('n')).toBe(0);
  });

  it('is noticed by those who watch, wait, cache and listen', async () => {
    await client.zadd('source', 1, 'member');
    const body = await payloadOf('source');
    const waiting = gated.make('direct', RESP2).bzpopmin('queue', 0);
    const watching = gated.make('direct', RESP2);
    await watching.watch('queue');
    const listening = gated.make('direct', RESP2);
    await client.config('SET', 'notify-keyspace-events', 'KEA');
    await listening.psubscribe('__key*__:*');
    const heard: string[] = [];
    listening.on('pmessage', (_pattern, channel: string, message: string) => heard.push(`${channel} ${message}`));
    await gated.settled();
    expect(keyWriterOf(client)?.write([{ key: 'queue', body, expireAt: 0 }], false)).toEqual([undefined]);
    expect(await waiting).toEqual(['queue', 'member', '1']);
    expect(await watching.multi().ping().exec()).toBeNull();
    await gated.settled();
    expect(heard.slice(0, 2)).toEqual(['__keyspace@0__:queue restore', '__keyevent@0__:restore queue']);
  });

  it('is for nobody whose writes somebody follows, or are refused', async () => {
    expect(keyWriterOf(client)).toBeDefined();
    await client.multi({ pipeline: false });
    expect(keyWriterOf(client)).toBeUndefined();
    await client.discard();
    gated.inner.switches.writesRefused = new ErrorReply('MISCONF');
    expect(keyWriterOf(client)).toBeUndefined();
    gated.inner.switches.writesRefused = undefined;
    expect(keyWriterOf(client)).toBeDefined();
    gated.follow();
    expect(keyWriterOf(client)).toBeUndefined();
  });
});
