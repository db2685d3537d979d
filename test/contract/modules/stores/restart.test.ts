import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type App,
  type ConfigInput,
  createApp,
  EventBus,
  IdempotencyStore,
  LockManager,
  locksModule,
  memoryModule,
  MemoryStore,
  resourcesModule,
  ResourceStore,
  streamingModule,
  TaskConfigStore,
  tasksModule,
  webhooksModule,
} from '../../../../src';
import { freePort, type RedisServer, startRedisServer } from '../../../support/redis-server';

/** A real server that can be killed and started again on its port, with its data or without. */
class RestartableRedis {
  readonly #directory = mkdtempSync(join(tmpdir(), 'respite-restart-'));
  readonly #durable: boolean;
  #port = 0;
  #server: RedisServer | undefined;

  constructor(durable: boolean) {
    this.#durable = durable;
  }

  get addr(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort();
    const kept = ['--dir', this.#directory, '--appendonly', 'yes', '--appendfsync', 'always'];
    this.#server = await startRedisServer({
      args: ['--port', String(this.#port), ...(this.#durable ? kept : [])],
    });
  }

  async kill(): Promise<void> {
    await this.#server?.stop();
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true });
  }
}

describe('a real Redis that is killed and started again', () => {
  let redis: RestartableRedis;
  let app: App;

  const open = async (durable: boolean, config: ConfigInput['redis'] = {}): Promise<void> => {
    redis = new RestartableRedis(durable);
    await redis.start();
    app = await createApp({
      modules: [memoryModule, tasksModule, webhooksModule, locksModule, streamingModule, resourcesModule],
      config: { mode: 'distributed', redis: { addr: redis.addr, ...config }, log: { level: 'silent' } },
      configFile: false,
      env: {},
    }).start();
  };
  afterEach(async () => {
    await app.stop();
    await redis.end();
  });

  it('what it keeps on disk is written once: no message, task or result is missing or there twice', async () => {
    await open(true);
    const [memory, tasks, webhooks] = [app.get(MemoryStore), app.get(TaskConfigStore), app.get(IdempotencyStore)];
    let done = 0;
    const halfway = new AbortController();
    const turn = async (conversation: string, i: number) => {
      // Three at a time, as a program that does not wait for each would send them.
      await Promise.all([0, 1, 2].map((part) => memory.append(conversation, [3 * i + part], { tokens: 1 })));
      await tasks.save(`${conversation} ${i}`, i);
      const begun = await webhooks.begin(`${conversation} ${i}`, 60_000);
      expect(begun.status).toBe('started');
      if (begun.status === 'started') await webhooks.complete(`${conversation} ${i}`, begun.token, i);
      if (++done === 100) halfway.abort();
    };
    const talk = async (conversation: string) => {
      for (let i = 0; i < 40; i++) await turn(conversation, i);
    };
    const talking = Promise.all(['a', 'b', 'c', 'd', 'e'].map(talk));
    if (!halfway.signal.aborted) await once(halfway.signal, 'abort');
    await redis.kill();
    await redis.start();
    await talking;
    for (const conversation of ['a', 'b', 'c', 'd', 'e']) {
      expect(await memory.read(conversation)).toEqual(Array.from({ length: 120 }, (_, i) => i));
      expect(await memory.tokenCount(conversation)).toBe(120);
      expect(await webhooks.begin(`${conversation} 39`, 1000)).toEqual({ status: 'completed', result: 39 });
    }
    expect(await tasks.keys()).toHaveLength(200);
  });

  it('a lock that did not survive is lost, and its holder is told at the next renewal', async () => {
    await open(false);
    const lock = await app.get(LockManager).acquire('r', { ttl: 3000 });
    const lost = once(lock.signal, 'abort');
    await redis.kill();
    await redis.start();
    await lost;
    expect(lock.signal.reason).toMatchObject({ code: 'LOCK_NOT_HELD', message: expect.stringContaining('expired') });
    await (await app.get(LockManager).acquire('r')).release();
  });

  it('a lock is lost when its time is over before Redis is back', async () => {
    await open(true);
    const lock = await app.get(LockManager).acquire('r', { ttl: 400 });
    const lost = once(lock.signal, 'abort');
    await redis.kill();
    await lost;
    expect(lock.signal.reason).toMatchObject({ code: 'LOCK_NOT_HELD', message: expect.stringContaining('400 ms') });
    await redis.start();
  });

  it('a lock is kept when Redis is back in time', async () => {
    await open(true);
    const lock = await app.get(LockManager).acquire('r', { ttl: 20_000 });
    await redis.kill();
    await redis.start();
    await lock.refresh();
    expect(lock.signal.aborted).toBe(false);
    await lock.release();
  });

  it('subscriptions go on when Redis is back', async () => {
    await open(false);
    const bus = app.get(EventBus);
    const events = await bus.subscribe({ patterns: 'n*' });
    await bus.publish('news', 0);
    await events.next();
    await redis.kill();
    await redis.start();
    // Nobody is told when a subscription is back: what is published until then is lost, as in Redis. From then on all of
    // it arrives, in order, also what was published while the publisher had no connection.
    const published: Promise<void>[] = [];
    const publishing = setInterval(() => published.push(bus.publish('news', published.length + 1)), 5);
    const seen: number[] = [];
    for await (const { data } of events) {
      seen.push(Number(data));
      if (seen.length === 40) break;
    }
    clearInterval(publishing);
    // The application stops after the last one has been taken.
    await Promise.all(published);
    expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => (seen[0] ?? 0) + i));
  });

  it('a watch tells what changed while it had no connection', async () => {
    await open(true);
    const resources = app.get(ResourceStore);
    const key = (id: string) => ({ project: 'p', type: 't', id });
    await resources.put(key('a'), 1);
    await resources.put(key('b'), 1);
    const watch = await resources.watch('p', 't', { reconcileInterval: 1000 });
    await watch.next();
    await watch.next();
    await redis.kill();
    // Sent as soon as Redis is back, before the watch can have subscribed again.
    const [put] = [resources.put(key('c'), 2), resources.delete(key('a'))];
    await redis.start();
    const seen = new Set<string>();
    for await (const { type, key: changed } of watch) {
      seen.add(`${type} ${changed.id}`);
      if (seen.size === 2) break;
    }
    expect(seen).toEqual(new Set(['put c', 'delete a']));
    expect((await resources.get(key('c'))).etag).toBe(await put);
  });

  it('an operation that cannot wait for it any longer is an error with a code', async () => {
    await open(false, { command_timeout: '2s' });
    await redis.kill();
    const failing = [
      app.get(MemoryStore).append('c', ['x']),
      app.get(TaskConfigStore).get('t'),
      app.get(TaskConfigStore).keys(),
      app.get(IdempotencyStore).begin('k', 1000),
      app.get(LockManager).acquire('r'),
    ].map((work) => expect(work).rejects.toMatchObject({ code: 'STORE_FAILED', cause: expect.anything() }));
    await Promise.all(failing);
    await redis.start();
  });
});
