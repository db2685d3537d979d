import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Clock } from '../../src/container';
import { EmbeddedEngine, openEngine } from '../../src/engine';
import { Engine } from '../../src/engine/engine';
import { startListener, type Listener, type ListenerOptions } from '../../src/modules/cache/standalone/listener';
import { VirtualClock } from '../../src/testing/virtual-clock';
import { removeTemporaryPaths, temporaryPath } from '../support/temporary-path';

const LOOPBACK: ListenerOptions = { host: '127.0.0.1', port: 0, path: '', password: '' };
const open: { engine: Engine; listener: Listener }[] = [];

async function serve(
  options: Partial<ListenerOptions> = {},
  clock?: Clock,
): Promise<{ engine: Engine; listener: Listener }> {
  const engine = new Engine({
    ...(options.password === undefined ? {} : { password: options.password }),
    ...(clock === undefined ? {} : { clock }),
  });
  const served = { engine, listener: await startListener(new EmbeddedEngine(engine), { ...LOOPBACK, ...options }) };
  open.push(served);
  return served;
}

afterEach(async () => {
  for (const { engine, listener } of open.splice(0)) {
    await listener.close();
    engine.close();
  }
});
afterAll(removeTemporaryPaths);

async function connected(port: number | undefined): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: port ?? 0 });
  await once(socket, 'connect');
  return socket;
}

/** Waits until something holds; the test's time limit is the limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('NFR-5: the listener', () => {
  it('serves a unix socket, and takes the path over from a process that is gone', async () => {
    const path = await temporaryPath();
    const socketPath = `${path}.sock`;
    const listening = `require('net').createServer().listen(${JSON.stringify(socketPath)}, () => console.log('there'))`;
    const gone = spawn(process.execPath, ['-e', listening], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(gone.stdout, 'data');
    gone.kill('SIGKILL');
    await once(gone, 'exit');
    const first = await serve({ path: socketPath });
    expect(first.listener.url).toBe(`unix://${socketPath}`);
    const client = new Redis({ path: socketPath });
    expect(await client.set('a', '1')).toBe('OK');
    client.disconnect();
    await expect(
      startListener(new EmbeddedEngine(first.engine), { ...LOOPBACK, path: join(path, 'missing', 'x.sock') }),
    ).rejects.toMatchObject({ code: 'LISTENER_FAILED' });
  });

  it('takes a path over neither from a process that serves there, nor from a file that is no socket', async () => {
    const path = await temporaryPath();
    const { engine } = await serve({ path: `${path}.sock` });
    writeFileSync(`${path}.txt`, 'precious');
    for (const taken of [`${path}.sock`, `${path}.txt`]) {
      const failing = startListener(new EmbeddedEngine(engine), { ...LOOPBACK, path: taken });
      await expect(failing).rejects.toMatchObject({
        code: 'LISTENER_FAILED',
        message: expect.stringContaining('EADDRINUSE'),
      });
    }
    expect(readFileSync(`${path}.txt`, 'utf8')).toBe('precious');
  });

  it('refuses an address other machines can reach unless a password is set', async () => {
    const engine = openEngine();
    await expect(startListener(engine, { ...LOOPBACK, host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'LISTENER_UNPROTECTED',
    });
    engine.close();
  });

  it('wants the password, and takes only the right one', async () => {
    const { listener } = await serve({ password: 'secret' });
    const stranger = new Redis({
      port: listener.port ?? 0,
      password: 'wrong',
      lazyConnect: true,
      retryStrategy: () => null,
    });
    stranger.on('error', () => undefined); // reported by connect() too
    await expect(stranger.connect().then(() => stranger.get('a'))).rejects.toThrow();
    stranger.disconnect();
    const friend = new Redis({ port: listener.port ?? 0, password: 'secret' });
    expect(await friend.ping()).toBe('PONG');
    friend.disconnect();
  });

  it('says so when the port is taken', async () => {
    const { engine, listener } = await serve();
    await expect(
      startListener(new EmbeddedEngine(engine), { ...LOOPBACK, port: listener.port ?? 0 }),
    ).rejects.toMatchObject({
      code: 'LISTENER_FAILED',
    });
  });

  it('forgets clients that drop their connections', async () => {
    const { engine, listener } = await serve();
    for (let round = 0; round < 20; round++) {
      const sockets = await Promise.all(Array.from({ length: 50 }, () => connected(listener.port)));
      for (const [i, socket] of sockets.entries()) {
        // Some leave in the middle of a request, some while they wait, some while they listen.
        if (i % 4 === 0) socket.write('*2\r\n$4\r\nECHO\r\n$100\r\nhalf');
        if (i % 4 === 1) socket.write('*3\r\n$5\r\nBLPOP\r\n$1\r\nq\r\n$1\r\n0\r\n');
        if (i % 4 === 2) socket.write('*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nc\r\n*2\r\n$5\r\nWATCH\r\n$1\r\nk\r\n');
        socket.destroy();
      }
    }
    await until(() => engine.clients.byId.size === 0);
    expect(engine.blocking.blocked.size).toBe(0);
    expect(engine.pubsub.channels.size).toBe(0);
    expect(engine.keyspace.database(0).watchers.size).toBe(0);
    expect(engine.keyspace.database(0).waiters.size).toBe(0);
  });

  it('does not pile up replies for a client that never reads', async () => {
    const { engine, listener } = await serve();
    const writer = new Redis(listener.port ?? 0);
    await writer.set('big', 'x'.repeat(1_000_000));
    const lazy = await connected(listener.port);
    lazy.pause();
    const before = engine.counters.commands;
    lazy.write('*2\r\n$3\r\nGET\r\n$3\r\nbig\r\n'.repeat(300));
    await until(() => engine.counters.commands > before);
    // Others are served meanwhile.
    for (let i = 0; i < 20; i++) expect(await writer.ping()).toBe('PONG');
    expect(engine.counters.commands - before).toBeLessThan(50);
    // And it gets everything once it reads.
    let received = 0;
    lazy.on('data', (chunk) => (received += chunk.length));
    lazy.resume();
    await until(() => received >= 300 * 1_000_000);
    lazy.destroy();
    writer.disconnect();
  });

  it('drops a client whose reply exceeds its output limit, and a subscriber that does not read', async () => {
    const { engine, listener } = await serve();
    const admin = new Redis(listener.port ?? 0);
    await admin.config('SET', 'client-output-buffer-limit', 'normal 100000 0 0 pubsub 100000 0 0');
    await admin.set('big', 'x'.repeat(200_000));
    const greedy = await connected(listener.port);
    const received: Buffer[] = [];
    greedy.on('data', (chunk: Buffer) => received.push(chunk));
    greedy.write('GET big\r\n');
    await once(greedy, 'close');
    expect(Buffer.concat(received)).toHaveLength(0);

    const subscriber = await connected(listener.port);
    subscriber.write('SUBSCRIBE news\r\n');
    await once(subscriber, 'data');
    subscriber.pause();
    let published = 0;
    while (engine.clients.byId.size > 1 && published++ < 10_000) await admin.publish('news', 'x'.repeat(10_000));
    expect(engine.clients.byId.size).toBe(1);
    subscriber.destroy();
    admin.disconnect();
  });

  it('closes the clients that take most while all together exceed maxmemory-clients', async () => {
    const { engine, listener } = await serve();
    const admin = new Redis(listener.port ?? 0);
    await admin.config('SET', 'maxmemory-clients', '1mb');
    const [small, large, kept] = await Promise.all([1, 2, 3].map(() => connected(listener.port)));
    if (small === undefined || large === undefined || kept === undefined) throw new Error('no connection');
    const unfinished = (bytes: number) => `*1\r\n$9000000\r\n${'x'.repeat(bytes)}`;
    large.write(unfinished(500_000));
    small.write(unfinished(400_000));
    await until(
      () => [...engine.clients.byId.values()].filter(({ output }) => Number(output.unanswered?.()) > 0).length === 2,
    );
    kept.write('CLIENT NO-EVICT ON\r\n');
    await once(kept, 'data');
    const closed = once(large, 'close');
    kept.write(unfinished(900_000));
    await Promise.all([closed, once(small, 'close')]);
    expect(engine.clients.byId.size).toBe(2);
    expect(await admin.info('stats')).toContain('evicted_clients:2');
    kept.destroy();
    admin.disconnect();
  });

  it('drops a subscriber that stays beyond the soft limit, also when nothing more is published', async () => {
    const clock = new VirtualClock();
    const { engine, listener } = await serve({}, clock);
    const admin = new Redis(listener.port ?? 0);
    await admin.config('SET', 'client-output-buffer-limit', 'pubsub 0 1000 1');
    const subscriber = await connected(listener.port);
    subscriber.write('SUBSCRIBE news\r\n');
    await once(subscriber, 'data');
    subscriber.pause();
    await admin.publish('news', 'x'.repeat(20_000_000));
    expect(engine.clients.byId.size).toBe(2);
    await clock.advance(5_000);
    await until(() => engine.clients.byId.size === 1);
    subscriber.destroy();
    admin.disconnect();
  });

  it('refuses clients beyond maxclients, and closes those that do nothing for long', async () => {
    const { engine, listener } = await serve();
    const admin = new Redis(listener.port ?? 0);
    await admin.config('SET', 'maxclients', '1');
    const refused = await connected(listener.port);
    const [answer] = (await once(refused, 'data')) as [Buffer];
    expect(String(answer)).toBe('-ERR max number of clients reached\r\n');
    expect(await admin.info('stats')).toContain('rejected_connections:1');
    await admin.config('SET', 'maxclients', '10');
    const idle = await connected(listener.port);
    idle.write('PING\r\n');
    await once(idle, 'data');
    await admin.config('SET', 'timeout', '1');
    const closed = once(idle, 'close');
    idle.resume();
    const busy = setInterval(() => void admin.ping(), 100);
    await closed;
    clearInterval(busy);
    expect(engine.clients.byId.size).toBe(1);
    admin.disconnect();
  });

  it('hangs up on whom it refuses, though they have said something and keep their side open, and closes without them', async () => {
    const { listener } = await serve();
    const admin = new Redis(listener.port ?? 0);
    await admin.config('SET', 'maxclients', '1');
    const refused = connect({ host: '127.0.0.1', port: listener.port ?? 0, allowHalfOpen: true });
    refused.write('HELLO 3\r\n');
    const [answer] = (await once(refused, 'data')) as [Buffer];
    expect(String(answer)).toBe('-ERR max number of clients reached\r\n');
    await once(refused.resume(), 'end');
    admin.disconnect();
    await listener.close();
    refused.destroy();
  });

  it('hangs up on a peer that does not speak RESP, even one that never stops writing', async () => {
    const { listener } = await serve();
    const peer = await connected(listener.port);
    const received: Buffer[] = [];
    peer.on('data', (chunk: Buffer) => received.push(chunk));
    const closed = new Promise<unknown>((resolve) => peer.once('close', resolve));
    peer.on('error', () => undefined); // writing goes on after the end
    const writing = setInterval(() => peer.write('*\0payload'.repeat(50)), 1);
    await closed;
    clearInterval(writing);
    expect(Buffer.concat(received).toString()).toMatch(/^-ERR Protocol error/);
  });
});
