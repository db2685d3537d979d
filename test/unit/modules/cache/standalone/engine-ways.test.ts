import type { Redis, RedisOptions } from 'ioredis';
import { answersInProcess, keyReaderOf } from '../../../../../src/modules/cache';
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

describe('keyReaderOf', () => {
  it('reads what DUMP, PEXPIRETIME and MEMORY USAGE say, of values of every kind', async () => {
    const { seed, size } = slice({ short: 40, long: 2000 });
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
