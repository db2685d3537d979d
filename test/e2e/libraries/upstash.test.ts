import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis';
import { createClient } from '@vercel/kv';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { type Answered, ask, ServedRest, TOKEN } from '../../support/served-rest';
import { until } from '../../support/until';

let server: RedisServer;
const served = new ServedRest();
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());
afterEach(() => served.stop());

const PLACES: readonly (readonly [string, () => Promise<string>])[] = [
  ['standalone', () => served.serve({ mode: 'standalone' })],
  ['distributed', () => served.serveBefore(server)],
];

describe.each(PLACES)('%s', (_, open) => {
  it('@upstash/redis: values of all types, pipelines, transactions, scripts', async () => {
    const redis = new Redis({ url: await open(), token: TOKEN, enableTelemetry: false });
    await redis.set('user', { name: 'Ada', tags: ['x', 'é'] }, { ex: 1000 });
    expect(await redis.get('user')).toEqual({ name: 'Ada', tags: ['x', 'é'] });
    expect(await redis.ttl('user')).toBeGreaterThan(900);
    await redis.hset('h', { a: 1, b: 'OK' });
    expect(await redis.hgetall('h')).toEqual({ a: 1, b: 'OK' });
    await redis.zadd('z', { score: 1.5, member: 'one' }, { score: 2, member: 'two' });
    expect(await redis.zrange('z', 0, -1, { withScores: true })).toEqual(['one', 1.5, 'two', 2]);
    await redis.rpush<unknown>('l', 'a', 2, { three: 3 });
    expect(await redis.lrange('l', 0, -1)).toEqual(['a', 2, { three: 3 }]);
    expect(await redis.sadd('s', 'a', 'b')).toBe(2);
    expect((await redis.smembers('s')).sort()).toEqual(['a', 'b']);
    await redis.xadd('x', '1-1', { field: 'value' });
    expect(await redis.xrange('x', '-', '+')).toEqual({ '1-1': { field: 'value' } });
    expect((await redis.scan(0, { count: 100 }))[1].sort()).toEqual(['h', 'l', 's', 'user', 'x', 'z']);
    expect(await redis.get('none')).toBeNull();
    const pipeline = redis.pipeline().incr('n').incr('n').get('user');
    expect(await pipeline.exec()).toEqual([1, 2, { name: 'Ada', tags: ['x', 'é'] }]);
    expect(await redis.multi().set('k', 1).incr('k').exec()).toEqual(['OK', 2]);
    await expect(redis.multi().set('k', 'text').incr('k').exec()).rejects.toThrow('not an integer');
    expect(await redis.get('k')).toBe('text');
    expect(await redis.eval('return {ARGV[1], KEYS[1], {1, redis.status_reply("OK")}}', ['key'], ['v'])).toEqual([
      'v',
      'key',
      [1, 'OK'],
    ]);
    await expect(redis.lpush('user', 'x')).rejects.toThrow('WRONGTYPE');
    await redis.flushall();
    expect(await redis.dbsize()).toBe(0);
  });

  it('@upstash/redis: commands of one turn go as one pipeline', async () => {
    const redis = new Redis({ url: await open(), token: TOKEN, enableTelemetry: false, enableAutoPipelining: true });
    const keys = Array.from({ length: 200 }, (_, i) => `key ${String(i)}`);
    await Promise.all(keys.map((key, i) => redis.set(key, i)));
    expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(keys.map((_, i) => i));
  });

  it('@upstash/redis: messages of channels and patterns', async () => {
    const redis = new Redis({ url: await open(), token: TOKEN, enableTelemetry: false });
    const heard: unknown[] = [];
    const [news, all] = [redis.subscribe('news'), redis.psubscribe('n*')];
    let begun = 0;
    for (const [name, subscriber] of [
      ['subscribe', news],
      ['psubscribe', all],
    ] as const)
      subscriber.on(name, () => begun++);
    news.on('message', (data) => heard.push(data));
    all.on('pmessage', (data) => heard.push(data));
    await until('both listen', async () => begun === 2);
    expect(await redis.publish('news', { hello: 'world' })).toBe(2);
    await until('both heard it', async () => heard.length === 2);
    expect(heard).toContainEqual({ channel: 'news', message: { hello: 'world' } });
    expect(heard).toContainEqual({ pattern: 'n*', channel: 'news', message: { hello: 'world' } });
    await news.unsubscribe();
    await all.unsubscribe();
    await until('nobody listens any more', async () => (await redis.publish('news', 'x')) === 0);
  });

  it('@upstash/ratelimit: windows and buckets', async () => {
    const redis = new Redis({ url: await open(), token: TOKEN, enableTelemetry: false });
    for (const limiter of [
      Ratelimit.fixedWindow(3, '1000 s'),
      Ratelimit.slidingWindow(3, '1000 s'),
      Ratelimit.tokenBucket(3, '1000 s', 3),
    ]) {
      const limit = new Ratelimit({ redis, limiter, prefix: `p${String(Math.random())}`, ephemeralCache: false });
      const outcomes = [];
      for (let i = 0; i < 4; i++) outcomes.push((await limit.limit('somebody')).success);
      expect(outcomes).toEqual([true, true, true, false]);
      expect((await limit.limit('somebody else')).remaining).toBe(2);
    }
  });

  it('@vercel/kv keeps values', async () => {
    const kv = createClient({ url: await open(), token: TOKEN });
    await kv.set('user', { name: 'Ada' }, { nx: true });
    expect(await kv.get('user')).toEqual({ name: 'Ada' });
    const keys: string[] = [];
    for await (const key of kv.scanIterator()) keys.push(key);
    expect(keys).toEqual(['user']);
  });

  it('commands in paths, in bodies, in capitals or not; blocking ones wait apart from all others', async () => {
    const url = await open();
    expect(await ask(url, '/set/foo/a%20b%2Fc')).toEqual({ status: 200, body: { result: 'OK' } });
    expect(await ask(url, '/GET/foo')).toEqual({ status: 200, body: { result: 'a b/c' } });
    expect(await ask(url, '/set/foo?EX=100', 'the body\n')).toEqual({ status: 200, body: { result: 'OK' } });
    expect(await ask(url, '/get/foo')).toEqual({ status: 200, body: { result: 'the body\n' } });
    expect(await ask(url, '/ttl/foo')).toMatchObject({ body: { result: 100 } });
    expect(await ask(url, '/', ['set', 'n', 5, 'keepttl'])).toEqual({ status: 200, body: { result: 'OK' } });
    expect(await ask(url, '/', ['mget', 'n', 'none'])).toEqual({ status: 200, body: { result: ['5', null] } });
    expect(await ask(url, '/', ['mget', 'n', 'none'], { 'upstash-encoding': 'base64' })).toEqual({
      status: 200,
      body: { result: ['NQ==', null] },
    });
    expect(await ask(url, '/', ['ping'], { 'upstash-encoding': 'base64' })).toMatchObject({
      body: { result: 'UE9ORw==' },
    });
    const waiting = ask(url, '/', ['blpop', 'list', 0]);
    expect(await ask(url, '/', ['incr', 'n'])).toMatchObject({ body: { result: 6 } });
    await ask(url, '/', ['rpush', 'list', 'x']);
    expect(await waiting).toEqual({ status: 200, body: { result: ['list', 'x'] } });
    const bytes = Buffer.from([0, 255, 10, 128]);
    const response = await fetch(`${url}/set/bytes`, {
      method: 'POST',
      body: bytes,
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(await response.json()).toEqual({ result: 'OK' });
    expect(await ask(url, '/get/bytes', undefined, { 'upstash-encoding': 'base64' })).toEqual({
      status: 200,
      body: { result: bytes.toString('base64') },
    });
  });

  it('whoever waits and goes waits no more', async () => {
    const url = await open();
    const gone = new AbortController();
    const headers = { authorization: `Bearer ${TOKEN}` };
    const waiting = fetch(`${url}/blpop/list/0`, { headers, signal: gone.signal }).catch(() => 'gone');
    const blocked = async () => ((await ask(url, '/info/clients')).body as { result: string }).result;
    await until('it waits', async () => (await blocked()).includes('blocked_clients:1'));
    gone.abort();
    expect(await waiting).toBe('gone');
    await until('nobody waits', async () => (await blocked()).includes('blocked_clients:0'));
    await ask(url, '/rpush/list/x');
    expect(await ask(url, '/llen/list')).toMatchObject({ body: { result: 1 } });
  });

  it('what is refused says why', async () => {
    const url = await open();
    const refused: readonly (readonly [number, string, Promise<Answered>])[] = [
      [
        401,
        'WRONGPASS the token is missing or wrong',
        ask(url, '/get/a', undefined, { authorization: 'Bearer wrong' }),
      ],
      [400, 'ERR unknown command', ask(url, '/nonsense')],
      [400, 'wrong number of arguments', ask(url, '/', ['get'])],
      [400, 'no JSON', ask(url, '/', '{"')],
      [400, 'a command is a list', ask(url, '/', { a: 1 })],
      [400, 'is no argument', ask(url, '/', ['set', 'a', { b: 1 }])],
      [400, 'empty command', ask(url, '/', [])],
      [400, 'pipeline request', ask(url, '/pipeline', [])],
      [400, 'a command is a list', ask(url, '/pipeline', ['get', 'a'])],
      [400, 'EXECABORT', ask(url, '/multi-exec', [['set', 'a', 1], ['nonsense']])],
      [400, 'name what to listen to', ask(url, '/subscribe')],
      ...(['select', 'auth', 'multi', 'watch', 'client', 'monitor', 'quit', 'hello'] as const).map((name) => {
        return [400, 'is not available over HTTP', ask(url, '/', [name, 'a'])] as const;
      }),
      [400, '/subscribe/', ask(url, '/', ['subscribe', 'a'])],
      [400, 'percent-encoded', ask(url, '/get/%E0%A4%A')],
      [400, 'empty request', ask(url, '//get/a')],
      [400, 'empty request', ask(url, '//')],
      [400, 'answers are JSON', ask(url, '/get/a', undefined, { 'upstash-response-format': 'resp2' })],
    ];
    for (const [status, message, asked] of refused) {
      const answered = await asked;
      expect(answered).toMatchObject({ status, body: { error: expect.stringContaining(message) as string } });
    }
    expect(await ask(url, '/dbsize')).toMatchObject({ body: { result: 0 } });
    const deleted = await fetch(`${url}/get/a`, { method: 'DELETE', headers: { authorization: `Bearer ${TOKEN}` } });
    expect(deleted.status).toBe(405);
    const asParameter = await fetch(`${url}/dbsize?_token=${TOKEN}`);
    expect(await asParameter.json()).toEqual({ result: 0 });
    const pipeline = await ask(url, '/pipeline', [
      ['set', 'a', 'x'],
      ['incr', 'a'],
      ['get', 'a'],
    ]);
    expect(pipeline).toEqual({
      status: 200,
      body: [{ result: 'OK' }, { error: 'ERR value is not an integer or out of range' }, { result: 'x' }],
    });
  });
});

it('a request that is too long is refused, and the next one is answered', async () => {
  const url = await served.serve({ mode: 'standalone' });
  const answered = await ask(url, '/set/a', 'x'.repeat(64 * 2 ** 20 + 1)).catch(() => undefined);
  if (answered !== undefined) expect(answered).toMatchObject({ status: 413 });
  expect(await ask(url, '/dbsize')).toMatchObject({ body: { result: 0 } });
});

it('a port that is taken is a coded error; a token is needed', async () => {
  const taken = Number(new URL(await served.serve({ mode: 'standalone' })).port);
  await expect(served.serve({ mode: 'standalone' }, { port: taken })).rejects.toMatchObject({
    code: 'REST_LISTEN_FAILED',
  });
  await expect(served.serve({ mode: 'standalone' }, { token: '' })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('redis.rest.token') as string,
  });
});

it('an application that is stopped ends what is listened to', async () => {
  const url = await served.serve({ mode: 'standalone' });
  const response = await fetch(`${url}/subscribe/news`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  await served.apps[0]?.stop();
  expect(await response.text().catch(() => 'cut off')).toMatch(/cut off|^data: subscribe,news,1\n\n$/);
});
