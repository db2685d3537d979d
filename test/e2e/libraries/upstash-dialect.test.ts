import { createHash } from 'node:crypto';
import { Redis } from '@upstash/redis';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { ask, ServedRest, TOKEN } from '../../support/served-rest';

let server: RedisServer;
const served = new ServedRest();
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());
afterEach(() => served.stop());

/** A script with a flag that Redis refuses. */
const LOCKING = '#!lua flags=no-writes,allow-key-locking\nreturn ARGV[1]';
const SHA = createHash('sha1').update(LOCKING).digest('hex');
const KEYS = { text: 'string', list: 'list', withtype: 'hash', OK: 'set' };

describe.each([
  ['standalone', () => served.serve({ mode: 'standalone' })],
  ['distributed', () => served.serveBefore(server)],
])('%s', (_, open) => {
  const connect = async (): Promise<Redis> => new Redis({ url: await open(), token: TOKEN, enableTelemetry: false });

  it('scripts that may lock single keys are called by the digest of what was sent', async () => {
    const redis = await connect();
    expect(await redis.scriptExists(SHA)).toEqual([0]);
    await expect(redis.evalsha(SHA, [], ['x'])).rejects.toThrow('NOSCRIPT');
    expect(await redis.scriptLoad(LOCKING)).toBe(SHA);
    expect(await redis.scriptExists(SHA, SHA.toUpperCase(), 'none')).toEqual([1, 1, 0]);
    expect(await redis.evalsha(SHA, [], ['x'])).toBe('x');
    expect(await redis.evalshaRo(SHA, [], ['x'])).toBe('x');
    await redis.scriptFlush();
    expect(await redis.scriptExists(SHA)).toEqual([0]);
    const [loaded, plain, known] = [SHA, createHash('sha1').update('return 1').digest('hex'), [1, 1]];
    for (const several of [redis.pipeline(), redis.multi()]) {
      const answers = several.scriptLoad(LOCKING).scriptLoad('return 1').scriptExists(loaded, plain).ping();
      expect(await answers.exec()).toEqual([loaded, plain, known, 'PONG']);
    }
    expect(await redis.createScript(LOCKING).exec([], ['y'])).toBe('y');
  });

  it('functions that may lock single keys are loaded, whatever else their flags say', async () => {
    const redis = await connect();
    const register = (name: string, flags: string): string =>
      `redis.register_function{function_name='${name}', callback=function(keys, args) return args[1] end, ${flags}}\n`;
    const code = `#!lua name=flags\n${register('one', `flags={'allow-key-locking'}`)}${register(
      'two',
      `flags = { "no-writes",
      "allow-key-locking" }`,
    )}${register('three', `flags={'no-writes', 'allow-stale'}`)}`;
    expect(await redis.functions.load({ code, replace: true })).toBe('flags');
    for (const name of ['one', 'two', 'three']) expect(await redis.functions.call(name, [], [name])).toBe(name);
    const [library] = await redis.functions.list({ libraryName: 'flags' });
    const flags = Object.fromEntries(library?.functions.map((known) => [known.name, [...known.flags].sort()]) ?? []);
    expect(flags).toEqual({ one: [], two: ['no-writes'], three: ['allow-stale', 'no-writes'] });
    const unknown = { code: `#!lua name=unknown\n${register('four', `flags={'allow-key-locking', 'other'}`)}` };
    await expect(redis.functions.load(unknown)).rejects.toThrow('unknown flag given');
    expect(await redis.functions.delete('flags')).toBe('OK');
  });

  it('scripts that cannot be loaded are refused as ever', async () => {
    const url = await open();
    const refused = async (...line: string[]) => (await ask(url, '/', line)).body;
    expect(await refused('script', 'load', '#!lua flags=nonsense\nreturn 1')).toMatchObject({
      error: expect.stringContaining('Unexpected flag in script shebang: nonsense') as string,
    });
    for (const line of [['load'], ['load', 'return 1', 'return 2'], ['exists']])
      expect(await refused('script', ...line)).toMatchObject({
        error: expect.stringContaining('wrong number of arguments') as string,
      });
    expect(await refused('script')).toMatchObject({ error: expect.stringContaining('wrong number') as string });
  });

  it('what is not available fails alone in a pipeline, and a transaction as a whole', async () => {
    const url = await open();
    const lines = [
      ['set', 'a', '1'],
      ['client', 'setinfo', 'lib-name', 'x'],
      ['get', 'a'],
    ];
    const refused = { error: expect.stringContaining("ERR 'client' is not available over HTTP") as string };
    expect(await ask(url, '/multi-exec', lines)).toEqual({ status: 400, body: refused });
    expect(await ask(url, '/exists/a')).toMatchObject({ body: { result: 0 } });
    const results = [{ result: 'OK' }, refused, { result: '1' }];
    expect(await ask(url, '/pipeline', lines)).toEqual({ status: 200, body: results });
  });

  it('every answer has another sync token', async () => {
    const redis = await connect();
    const tokens = new Set([redis.readYourWritesSyncToken]);
    for (const run of [() => redis.set('a', 1), () => redis.pipeline().incr('a').exec(), () => redis.get('a')]) {
      await run();
      tokens.add(redis.readYourWritesSyncToken);
    }
    expect(tokens.size).toBe(4);
    redis.readYourWritesSyncToken = 'of another database';
    expect(await redis.get('a')).toBe(2);
  });

  it('pages of keys come with their types', async () => {
    const redis = await connect();
    await redis.set('text', 1);
    await redis.rpush('list', 1);
    await redis.hset('withtype', { a: 1 });
    await redis.sadd('OK', 1);
    const found: Record<string, string> = {};
    let cursor = '0';
    do {
      const [next, keys] = await redis.scan(cursor, { count: 1, withType: true });
      for (const { key, type } of keys) found[key] = type;
      cursor = next;
    } while (cursor !== '0');
    expect(found).toEqual(KEYS);
    const [[, typed], [, names]] = await redis
      .multi()
      .scan(0, { match: 'withtype', withType: true })
      .scan(0, { match: 'withtype' })
      .exec();
    expect([typed, names]).toEqual([[{ key: 'withtype', type: 'hash' }], ['withtype']]);
    const url = await open();
    for (const [answer, ...options] of [
      ['ERR invalid cursor', 'x', 'WITHTYPE'],
      ['ERR syntax error', '0', 'WITHTYPE', 'WITHTYPE'],
      ['ERR value is not an integer or out of range', '0', 'COUNT', 'x', 'WITHTYPE'],
    ])
      expect(await ask(url, '/', ['SCAN', ...options])).toEqual({ status: 400, body: { error: answer } });
  });
});
