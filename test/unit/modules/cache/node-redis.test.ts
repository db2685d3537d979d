import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type App, CacheBackend, type ConfigInput, type NodeRedisSocket } from '../../../../src';
import { createTestApp } from '../../../../src/testing';
import { Closing } from '../../../support/closing';
import { connected, NODE_REDIS, type NodeRedis, optionsOf } from '../../../support/node-redis';
import { startRedisServer } from '../../../support/redis-server';

const closing = new Closing();
afterEach(() => closing.all());

async function start(config: ConfigInput = {}): Promise<{ app: App; backend: CacheBackend }> {
  const app = await createTestApp({ config }).start();
  closing.add(app, (started) => started.stop());
  return { app, backend: app.get(CacheBackend) };
}

/** Not `once()` of node:events: that rejects by the error that comes before. */
const next = (client: NodeRedis, event: string): Promise<unknown> =>
  new Promise((resolve) => client.once(event, resolve));

describe.each(NODE_REDIS)('nodeRedisOptions(), %s', (_, create) => {
  const clientOf = async (backend: CacheBackend): Promise<NodeRedis> =>
    connected(create(await optionsOf(backend)), closing);

  it('leads into this process, without a listener and without a data directory', async () => {
    const { backend } = await start({ redis: { db: 2 } });
    const client = await clientOf(backend);
    await client.set('greeting', 'hello');
    expect(await backend.client.get('greeting')).toBe('hello');
    const subscriber = await connected(client.duplicate(), closing);
    const received = new Promise((resolve) => {
      void subscriber.subscribe('news', resolve).then(() => backend.client.publish('news', 'today'));
    });
    expect(await received).toBe('today');
  });

  it('needs no password, whatever is set for others, and is for this user alone', async () => {
    const { backend } = await start({ redis: { standalone: { listener: { password: 'secret' } } } });
    const options = await optionsOf(backend);
    expect(JSON.stringify(options)).not.toContain('secret');
    const { path } = options.socket as NodeRedisSocket; // as standalone mode has it
    expect([statSync(dirname(path)).mode & 0o777, statSync(path).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(await (await clientOf(backend)).ping()).toBe('PONG');
  });

  it('connects again after CLIENT KILL, and gives up once the application has stopped', async () => {
    const { app, backend } = await start();
    const client = await clientOf(backend);
    const back = next(client, 'ready');
    await backend.client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await back;
    expect(await client.ping()).toBe('PONG');
    const lost = next(client, 'error');
    await app.stop();
    await lost;
    expect(client.isOpen).toBe(false);
    await expect(backend.nodeRedisOptions?.()).rejects.toMatchObject({ code: 'BACKEND_CLOSED' });
  });

  it('is the server in distributed mode: address, login, database', async () => {
    const server = await startRedisServer({ args: ['--requirepass', 'pass word'] });
    closing.add(server, (running) => running.stop());
    const url = `redis://:pass%20word@127.0.0.1:${String(server.port)}/5`;
    for (const redis of [{ url }, { addr: `127.0.0.1:${String(server.port)}`, password: 'pass word', db: 5 }]) {
      const { backend } = await start({ mode: 'distributed', redis });
      const client = await clientOf(backend);
      await client.incr('visits');
      expect(await client.clientInfo()).toMatchObject({ db: 5 });
    }
    const { backend } = await start({ mode: 'distributed', redis: { url } });
    expect(await backend.client.get('visits')).toBe('2');
  });
});

it('nodeRedisOptions() is refused on ioredis-mock', async () => {
  const { backend } = await start({ redis: { provider: 'mock' } });
  await expect(backend.nodeRedisOptions?.()).rejects.toMatchObject({ code: 'REDIS_OPTIONS_UNAVAILABLE' });
});
