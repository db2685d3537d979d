import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { rateLimit } from 'express-rate-limit';
import { RedisStore } from 'rate-limit-redis';
import { Closing } from '../../support/closing';
import { connected, NODE_REDIS, type NodeRedis } from '../../support/node-redis';
import { inEveryPlace } from './places';

const closing = new Closing();
afterEach(() => closing.all());

const HOUR_MS = 3_600_000;

/** express-rate-limit, as it is called without Express. */
type Middleware = (request: IncomingMessage & { ip: string }, response: ServerResponse, next: () => void) => void;

/** A store on node-redis, or on ioredis, which it is given the same way. */
const storeOn = (send: (args: string[]) => Promise<unknown>): RedisStore =>
  // The cast: what it may be answered, of which it takes numbers and texts.
  new RedisStore({ sendCommand: (...args: string[]) => send(args) as Promise<never>, prefix: 'limit:' });

/** A web application that answers three requests an hour. @returns the status of one request */
async function webApplication(store: RedisStore): Promise<() => Promise<[number, string | null]>> {
  const limiter = rateLimit({
    limit: 3,
    windowMs: HOUR_MS,
    standardHeaders: 'draft-6',
    legacyHeaders: false,
    keyGenerator: () => 'ada',
    store,
    // It looks for what only Express has.
    validate: false,
  }) as unknown as Middleware;
  const server = createServer((request, response) => {
    Object.assign(request, { ip: '127.0.0.1', app: { get: () => false } });
    Object.assign(response, {
      status: (code: number) => Object.assign(response, { statusCode: code }),
      send: (body: string) => response.end(body),
    });
    limiter(request as IncomingMessage & { ip: string }, response, () => response.end('served')); // given above
  });
  closing.add(server.listen(0, '127.0.0.1'), async (listening) => {
    listening.closeAllConnections();
    listening.close();
    await once(listening, 'close');
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server has one
  return async () => {
    const response = await fetch(`http://127.0.0.1:${String(port)}/`);
    await response.text();
    return [response.status, response.headers.get('ratelimit-remaining')];
  };
}

inEveryPlace((place) => {
  it.each(NODE_REDIS)(
    'on %s: of several instances together as many requests pass as one would let pass',
    async (_, create) => {
      const client: NodeRedis = await connected(create(await place().nodeRedisOptions()), closing);
      const store = (): RedisStore => storeOn((args) => client.sendCommand(args));
      const instances = [await webApplication(store()), await webApplication(store())];
      const [one, other] = instances;
      expect([await one?.(), await other?.(), await one?.()]).toEqual([
        [200, '2'],
        [200, '1'],
        [200, '0'],
      ]);
      expect((await other?.())?.[0]).toBe(429);
      const { client: ours } = place().backend;
      expect(await ours.get('limit:ada')).toBe('4');
      expect(await ours.pttl('limit:ada')).toBeGreaterThan(HOUR_MS / 2);
    },
  );

  it('on ioredis: counts, is decremented and reset', async () => {
    const { client } = place().backend;
    const store = storeOn(([name = '', ...args]) => client.call(name, ...args));
    // As express-rate-limit does, of whose options it asks for one.
    await store.init({ windowMs: HOUR_MS } as Parameters<RedisStore['init']>[0]);
    expect((await store.increment('ada')).totalHits).toBe(1);
    const { totalHits, resetTime } = await store.increment('ada');
    expect([totalHits, resetTime instanceof Date]).toEqual([2, true]);
    await store.decrement('ada');
    expect((await store.get('ada'))?.totalHits).toBe(1);
    await store.resetKey('ada');
    expect(await client.exists('limit:ada')).toBe(0);
  });
});
