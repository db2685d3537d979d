import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter';
import { Server, type ServerOptions } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { Closing } from '../../support/closing';
import { until } from '../../support/until';
import { inEveryPlace, type Place } from './places';

const closing = new Closing();
afterEach(() => closing.all());

/** How long servers wait for each other; only a busy machine comes near it. */
const WAIT_MS = 240_000;

/** The adapters, and what shows that `servers` of them listen. */
const adapters = {
  'redis adapter': {
    create: (place: Place): unknown =>
      createAdapter(place.connection('commands'), place.connection('subscriber'), {
        requestsTimeout: WAIT_MS,
      }),
    listening: async ({ backend }: Place) => Number((await backend.client.pubsub('NUMSUB', 'socket.io-request#/#'))[1]),
  },
  'sharded adapter': {
    create: (place: Place): unknown =>
      createShardedAdapter(place.connection('commands'), place.connection('subscriber')),
    listening: async ({ backend }: Place) => Number((await backend.client.pubsub('SHARDNUMSUB', 'socket.io#/#'))[1]),
  },
  'streams adapter': {
    create: (place: Place): unknown => createStreamsAdapter(place.connection('blocking'), { blockTimeInMs: 200 }),
    listening: async ({ backend }: Place) =>
      String(await backend.client.client('LIST')).match(/cmd=xread/g)?.length ?? 0,
  },
};

inEveryPlace((place) => {
  describe.each(Object.entries(adapters))('%s', (_, adapter) => {
    /** Two servers that know each other only through Redis, with a client each. */
    async function twoServers(): Promise<{ servers: [Server, Server]; clients: [Socket, Socket] }> {
      // The streams adapter closes its readers only when their read times out.
      closing.add(adapter, async ({ listening }) =>
        until('its readers are gone', async () => (await listening(place())) === 0),
      );
      const servers: [Server, Server] = [await serve(), await serve()];
      await until('both listen', async () => (await adapter.listening(place())) === 2);
      return { servers, clients: [await join(servers[0]), await join(servers[1])] };
    }

    async function serve(): Promise<Server> {
      const http = createServer();
      const server = new Server(http, { adapter: adapter.create(place()) as NonNullable<ServerOptions['adapter']> }); // the adapters are typed by Socket.IO's own `any`
      http.listen(0, '127.0.0.1');
      await once(http, 'listening');
      return closing.add(server, (opened) => opened.close());
    }

    async function join(server: Server): Promise<Socket> {
      const { port } = server.httpServer.address() as AddressInfo; // a TCP server has one
      const client = closing.add(io(`http://127.0.0.1:${String(port)}`, { transports: ['websocket'] }), (opened) =>
        opened.close(),
      );
      await new Promise<void>((resolve) => client.on('connect', resolve));
      return client;
    }

    const received = (client: Socket, event: string): Promise<unknown[]> =>
      new Promise((resolve) =>
        client.once(event, (...args: unknown[]) => {
          resolve(args);
        }),
      );

    it('a broadcast reaches the clients of every server, text and binary', async () => {
      const { servers, clients } = await twoServers();
      const news = clients.map((client) => received(client, 'news'));
      servers[0].emit('news', 'caf\u00e9', { bytes: Buffer.from([0, 255, 13, 10]) });
      const expected = ['caf\u00e9', { bytes: Buffer.from([0, 255, 13, 10]) }];
      expect(await Promise.all(news)).toEqual([expected, expected]);
    });

    it('rooms are joined and left from another server, and only their members are reached', async () => {
      const { servers, clients } = await twoServers();
      const [, second] = clients;
      servers[0].in(second.id ?? '').socketsJoin('room');
      const events: string[] = [];
      for (const client of clients)
        client.onAny((event: string) => events.push(`${client === second ? 'second' : 'first'} ${event}`));
      const last = clients.map((client) => received(client, 'last'));
      await until('one has joined', async () => (await servers[0].in('room').fetchSockets()).length === 1);
      servers[0].to('room').emit('inside');
      servers[0].except('room').emit('outside');
      servers[0].emit('last');
      await Promise.all(last);
      expect(events.sort()).toEqual(['first last', 'first outside', 'second inside', 'second last']);
    });

    it('servers ask each other: sockets, acknowledgements, messages of their own', async () => {
      const { servers, clients } = await twoServers();
      const ids = (await servers[1].fetchSockets()).map(({ id }) => id);
      expect(ids.sort()).toEqual(clients.map(({ id }) => id).sort());
      clients.forEach((client, index) =>
        client.on('ask', (reply: (answer: number) => void) => {
          reply(index);
        }),
      );
      const answers = (await servers[0].timeout(WAIT_MS).emitWithAck('ask')) as number[]; // what the clients reply
      expect(answers.sort()).toEqual([0, 1]);
      servers[1].on('sum', (a: number, b: number, reply: (sum: number) => void) => {
        reply(a + b);
      });
      expect(await servers[0].serverSideEmitWithAck('sum', 1, 2)).toEqual([3]);
    });
  });
});
