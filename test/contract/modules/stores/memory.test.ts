import { memoryModule, MemoryStore } from '../../../../src';
import { RedisMemoryStore } from '../../../../src/modules/stores/memory/redis-memory-store';
import { inEveryPlace } from './places';

const HOUR_MS = 3_600_000;

const said = (from: number, to: number): { text: string }[] =>
  Array.from({ length: to - from }, (_, i) => ({ text: `message ${from + i}` }));

inEveryPlace([memoryModule], (place) => {
  const store = (): MemoryStore => place().app.get(MemoryStore);

  /** What is in Redis at one moment. */
  const stored = async (key: string) => {
    const results = await place()
      .client.multi()
      .lrange(`memory:{${key}}:messages`, 0, -1)
      .lrange(`memory:{${key}}:tokens`, 0, -1)
      .hmget(`memory:{${key}}:metadata`, 'message_count', 'token_count')
      .exec();
    const [messages, tokens, metadata] = (results ?? []).map(([, result]) => result) as string[][]; // as asked above
    const sum = (tokens ?? []).reduce((total, each) => total + Number(each), 0);
    return {
      messages: messages?.length,
      tokens: tokens?.length,
      sum,
      message_count: Number(metadata?.[0]),
      token_count: Number(metadata?.[1]),
    };
  };

  it('FR-3: a conversation is appended to, read, paged, counted and deleted', async () => {
    expect(await store().read('c')).toEqual([]);
    expect(await store().append('c', said(0, 3), { tokens: [1, 2, 3] })).toEqual({ messages: 3, tokens: 6 });
    expect(await store().append('c', [null, 'text', 7], { tokens: 10 })).toEqual({ messages: 6, tokens: 16 });
    expect(await store().read('c')).toEqual([...said(0, 3), null, 'text', 7]);
    expect(await store().count('c')).toBe(6);
    expect(await store().tokenCount('c')).toBe(16);
    expect(await store().readPage('c', 1, 2)).toEqual({ items: said(1, 3), total: 6 });
    expect(await store().readPage('c', -2, 5)).toEqual({ items: ['text', 7], total: 6 });
    expect(await store().readPage('c', -3, 2)).toEqual({ items: [null, 'text'], total: 6 });
    expect(await store().readPage('c', 9, 2)).toEqual({ items: [], total: 6 });
    expect(await store().delete('c')).toBe(true);
    expect(await store().delete('c')).toBe(false);
    expect(await store().count('c')).toBe(0);
    expect(await store().tokenCount('c')).toBe(0);
  });

  it('keys that look alike, or hold braces, are different conversations', async () => {
    const keys = ['a', '{a}', '}a', '%7Ba%7D', '{}', 'ä b\n:', ' '];
    for (const key of keys) await store().append(key, [key]);
    for (const key of keys) expect(await store().read(key)).toEqual([key]);
    for (const key of keys) expect(await store().delete(key)).toBe(true);
  });

  it('a greatest length drops the oldest messages and their tokens', async () => {
    await store().append('c', said(0, 4), { tokens: [1, 10, 100, 1000] });
    expect(await store().append('c', said(4, 6), { tokens: [5, 6], maxLength: 3 })).toEqual({
      messages: 3,
      tokens: 1011,
    });
    expect(await store().read('c')).toEqual(said(3, 6));
    expect(await store().append('c', said(6, 16), { maxLength: 2 })).toEqual({ messages: 2, tokens: 0 });
    expect(await stored('c')).toEqual({ messages: 2, tokens: 2, sum: 0, message_count: 2, token_count: 0 });
  });

  it('trimming keeps the newest; the tokens are what it is told, or what they were appended with', async () => {
    await store().append('c', said(0, 4), { tokens: [1, 10, 100, 1000] });
    expect(await store().trim('c', 9)).toEqual({ messages: 4, tokens: 1111 });
    expect(await store().trim('c', 2)).toEqual({ messages: 2, tokens: 1100 });
    expect(await store().trim('c', 1, 7)).toEqual({ messages: 1, tokens: 7 });
    expect(await store().read('c')).toEqual(said(3, 4));
    expect(await store().trim('c', 0)).toEqual({ messages: 0, tokens: 0 });
    expect(await store().trim('nobody', 1)).toEqual({ messages: 0, tokens: 0 });
    expect(await store().ttl('nobody')).toBeUndefined();
  });

  it('replacing keeps the time to live', async () => {
    await store().append('c', said(0, 3), { tokens: 3, ttl: HOUR_MS });
    expect(await store().replace('c', ['summary'], { tokens: 2 })).toEqual({ messages: 1, tokens: 2 });
    const left = await store().ttl('c');
    expect(left).toBeGreaterThan(HOUR_MS / 2);
    expect(left).toBeLessThanOrEqual(HOUR_MS);
    await store().append('forever', ['x']);
    await store().replace('forever', []);
    expect(await store().ttl('forever')).toBe(Infinity);
    expect(await store().read('forever')).toEqual([]);
  });

  it('tokens are set and changed; they never become negative', async () => {
    await store().append('c', ['x'], { tokens: 5 });
    expect(await store().incrementTokens('c', 4)).toBe(9);
    expect(await store().incrementTokens('c', -9)).toBe(0);
    await expect(store().incrementTokens('c', -1)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await store().setTokens('c', 12);
    expect(await store().tokenCount('c')).toBe(12);
    expect(await store().append('c', ['y'], { tokens: 1 })).toEqual({ messages: 2, tokens: 13 });
    await store().setTokens('new', 3);
    expect(await stored('new')).toMatchObject({ messages: 0, message_count: 0, token_count: 3 });
  });

  it('a time to live counts from the append that gives it, for all keys of the conversation', async () => {
    await store().append('c', ['x'], { ttl: 2 * HOUR_MS });
    await store().append('c', ['y']);
    expect(await store().ttl('c')).toBeLessThanOrEqual(2 * HOUR_MS);
    expect(await store().expire('c', HOUR_MS)).toBe(true);
    await store().trim('c', 0);
    await store().append('c', ['z']);
    const moments = await Promise.all(
      ['messages', 'tokens', 'metadata'].map((part) => place().client.pexpiretime(`memory:{c}:${part}`)),
    );
    expect(new Set(moments).size).toBe(1);
    expect(await store().ttl('c')).toBeLessThanOrEqual(HOUR_MS);
    expect(await store().expire('nobody', 1000)).toBe(false);
    await store().expire('c', 1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await store().read('c')).toEqual([]);
    expect(await store().ttl('c')).toBeUndefined();
  });

  it('retention.memory is the time to live of who gives none', async () => {
    const app = await place().another({ config: { retention: { memory: '2h' } } });
    const kept = app.get(MemoryStore);
    await kept.append('c', ['x']);
    await kept.replace('d', ['x']);
    await kept.setTokens('e', 1);
    for (const key of ['c', 'd', 'e']) expect(await store().ttl(key)).toBeGreaterThan(HOUR_MS);
    await kept.append('c', ['x'], { ttl: HOUR_MS });
    await kept.append('c', ['x'], { ttl: 0 });
    expect(await store().ttl('c')).toBeLessThanOrEqual(HOUR_MS);
  });

  it('one at a time flushes a conversation', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => store().markFlushPending('c')));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(store().markFlushPending('c')).rejects.toMatchObject({ code: 'FLUSH_ALREADY_PENDING' });
    const left = await place().client.pttl('memory:{c}:flush');
    expect(left).toBeGreaterThan(HOUR_MS / 4);
    await store().markFlushPending('c', false);
    await store().markFlushPending('c');
    await store().delete('c');
    await store().markFlushPending('c');
  });

  it('50 writers on one conversation: list and counters agree at every read', async () => {
    const other = (await place().another()).get(MemoryStore);
    const written = new AbortController();
    const reads = (async () => {
      let count = 0;
      while (!written.signal.aborted) {
        const { messages, tokens, sum, message_count, token_count } = await stored('c');
        await new Promise((resolve) => setImmediate(resolve));
        if (messages === 0) continue;
        expect({ tokens, message_count, token_count }).toEqual({
          tokens: messages,
          message_count: messages,
          token_count: sum,
        });
        count += 1;
      }
      return count;
    })();
    const writer = async (number: number) => {
      const memory = number % 2 === 0 ? store() : other;
      for (let turn = 0; turn < 10; turn++) {
        await memory.append('c', [{ number, turn }], { tokens: number, ...(turn > 5 && { maxLength: 200 }) });
      }
    };
    await Promise.all(Array.from({ length: 50 }, (_, number) => writer(number)));
    written.abort();
    expect(await reads).toBeGreaterThan(3);
    const messages = (await store().read('c')) as { number: number; turn: number }[]; // as appended
    expect(messages).toHaveLength(200);
    for (let number = 0; number < 50; number++) {
      const turns = messages.filter((message) => message.number === number).map(({ turn }) => turn);
      expect(turns).toEqual([...turns].sort((a, b) => a - b));
    }
  });

  it('a write that is sent twice is done once', async () => {
    const { client } = place();
    const seen: unknown[][] = [];
    const spied = new Proxy(client, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'evalsha' && name !== 'eval') return value;
        return async (...args: unknown[]) => {
          seen.push([name, ...args]);
          return (value as (...words: unknown[]) => Promise<unknown>).apply(target, args); // an ioredis command
        };
      },
    });
    const memory = new RedisMemoryStore({ client: spied } as never, 0); // all it uses of a backend
    await memory.append('c', ['x'], { tokens: 3 });
    const [name, ...args] = seen.at(-1) ?? [];
    const again = name === 'eval' ? client.eval : client.evalsha;
    await (again as (...words: unknown[]) => Promise<unknown>).apply(client, args);
    expect(await stored('c')).toEqual({ messages: 1, tokens: 1, sum: 3, message_count: 1, token_count: 3 });
  });

  it('what another program wrote is a coded error, or counted again, and never a wrong answer', async () => {
    const { client } = place();
    await store().append('c', ['fine']);
    await client.rpush('memory:{c}:messages', 'not JSON');
    await expect(store().read('c')).rejects.toMatchObject({
      code: 'STORED_DATA_INVALID',
      message: expect.stringContaining('Message 1 of the conversation "c"'),
    });
    expect(await store().readPage('c', 0, 1)).toEqual({ items: ['fine'], total: 2 });
    expect(await store().append('c', ['more'], { tokens: 4 })).toEqual({ messages: 3, tokens: 4 });
    expect(await stored('c')).toEqual({ messages: 3, tokens: 3, sum: 4, message_count: 3, token_count: 4 });

    await client.set('memory:{s}:messages', 'a string');
    for (const work of [
      () => store().read('s'),
      () => store().readPage('s', 0, 1),
      () => store().count('s'),
      () => store().append('s', ['x']),
      () => store().trim('s', 1),
      () => store().setTokens('s', 1),
    ]) {
      await expect(work()).rejects.toMatchObject({ code: 'STORED_DATA_INVALID' });
    }
    expect(await client.exists('memory:{s}:metadata')).toBe(0);
    expect(await store().replace('s', ['x'])).toEqual({ messages: 1, tokens: 0 });

    await client.set('memory:{t}:tokens', 'a string');
    await expect(store().append('t', ['x'])).rejects.toMatchObject({ code: 'STORED_DATA_INVALID' });
    expect(await store().count('t')).toBe(0);
    await client.hset('memory:{u}:metadata', 'token_count', 'many');
    await expect(store().tokenCount('u')).rejects.toMatchObject({ code: 'STORED_DATA_INVALID' });
    expect(await store().append('u', ['x'], { tokens: 1 })).toEqual({ messages: 1, tokens: 1 });
  });

  it('input that cannot be used is refused before anything is written', async () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const wrong: [code: string, work: () => Promise<unknown>][] = [
      ['INPUT_INVALID', () => store().append('', ['x'])],
      ['INPUT_INVALID', () => store().append('k'.repeat(1025), ['x'])],
      ['INPUT_INVALID', () => store().append(7 as never, ['x'])],
      ['INPUT_INVALID', () => store().append('c', [])],
      ['INPUT_INVALID', () => store().append('c', 'text' as never)],
      ['INPUT_INVALID', () => store().append('c', ['x'], { tokens: -1 })],
      ['INPUT_INVALID', () => store().append('c', ['x'], { tokens: [1, 2] })],
      ['INPUT_INVALID', () => store().append('c', ['x'], { tokens: 0.5 })],
      ['INPUT_INVALID', () => store().append('c', ['x'], { maxLength: 0 })],
      ['INPUT_INVALID', () => store().append('c', ['x'], { ttl: NaN })],
      ['INPUT_INVALID', () => store().replace('c', [], { tokens: 1 })],
      ['INPUT_INVALID', () => store().readPage('c', 0, 0)],
      ['INPUT_INVALID', () => store().expire('c', 0)],
      ['VALUE_NOT_JSON', () => store().append('c', [undefined])],
      ['VALUE_NOT_JSON', () => store().append('c', [circle])],
      ['VALUE_NOT_JSON', () => store().append('c', [10n])],
      ['VALUE_TOO_LARGE', () => store().append('c', ['x'.repeat(2 ** 24)])],
    ];
    for (const [code, work] of wrong) await expect(work()).rejects.toMatchObject({ code });
    expect(await store().ttl('c')).toBeUndefined();
  });
});
