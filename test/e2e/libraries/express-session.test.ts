import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RedisStore } from 'connect-redis';
import session, { type Session } from 'express-session';
import { Closing } from '../../support/closing';
import { NODE_REDIS } from '../../support/node-redis';
import { inEveryPlace, type Place } from './places';

const closing = new Closing();
afterEach(() => closing.all());

declare module 'express-session' {
  interface SessionData {
    visits: number;
  }
}

/** express-session, as it is called without Express. */
type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** A web application that counts visits, and forgets who logs out. */
async function webApplication(
  { nodeRedisOptions }: Place,
  [, create]: (typeof NODE_REDIS)[number],
): Promise<{ store: RedisStore; get(path: string, cookie?: string): Promise<[string, string | null]> }> {
  const client = closing.add(create(await nodeRedisOptions()), (opened) => opened.close());
  await client.connect();
  const store = new RedisStore({ client, prefix: 'session:', ttl: 600 });
  const middleware = session({
    store,
    secret: 'secret',
    resave: false,
    saveUninitialized: false,
  }) as unknown as Middleware; // see Middleware
  const server = createServer((request, response) => {
    middleware(request, response, () => {
      const { session: visitor } = request as IncomingMessage & { session: Session & { visits?: number } }; // what the middleware adds
      if (request.url === '/logout') return void visitor.destroy(() => response.end('bye'));
      visitor.visits = (visitor.visits ?? 0) + 1;
      response.end(String(visitor.visits));
    });
  });
  closing.add(server.listen(0, '127.0.0.1'), async (listening) => {
    listening.closeAllConnections();
    listening.close();
    await once(listening, 'close');
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server has one
  const get = async (path: string, cookie?: string): Promise<[string, string | null]> => {
    const response = await fetch(
      `http://127.0.0.1:${String(port)}${path}`,
      cookie === undefined ? {} : { headers: { cookie } },
    );
    return [await response.text(), response.headers.get('set-cookie')?.split(';')[0] ?? null];
  };
  return { store, get };
}

describe.each(NODE_REDIS)('connect-redis on %s', (...major) => {
  inEveryPlace((place) => {
    it('a visitor is known again, also to another instance, until the logout', async () => {
      const [one, other] = [await webApplication(place(), major), await webApplication(place(), major)];
      const [first, cookie] = await one.get('/');
      expect([first, typeof cookie]).toEqual(['1', 'string']);
      const [again] = await other.get('/', cookie ?? '');
      expect(again).toBe('2');
      const { client } = place().backend;
      const [key = ''] = await client.keys('session:*');
      expect(JSON.parse((await client.get(key)) ?? '')).toMatchObject({ visits: 2 });
      expect(await client.ttl(key)).toBeGreaterThan(300);
      expect((await one.get('/logout', cookie ?? ''))[0]).toBe('bye');
      expect((await other.get('/', cookie ?? ''))[0]).toBe('1');
    });

    it('the store lists, counts and clears its sessions', async () => {
      const { store, get } = await webApplication(place(), major);
      await Promise.all(Array.from({ length: 30 }, () => get('/')));
      await place().backend.client.set('other', 'kept');
      expect(await store.length()).toBe(30);
      expect((await store.ids()) as string[]).toHaveLength(30); // untyped
      expect(((await store.all()) as { visits: number }[]).map(({ visits }) => visits)).toEqual(Array(30).fill(1)); // untyped
      await store.clear();
      expect(await place().backend.client.keys('*')).toEqual(['other']);
    });
  });
});
