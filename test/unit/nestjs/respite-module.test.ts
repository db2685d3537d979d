import { InjectQueue, BullModule, Processor, WorkerHost } from '@nestjs/bullmq';
import {
  type DynamicModule,
  Inject,
  Injectable,
  type LoggerService,
  Module,
  type ModuleMetadata,
  type NestApplicationOptions,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test, type TestingModule } from '@nestjs/testing';
import type { Job, Queue } from 'bullmq';
import {
  type App,
  CacheBackend,
  type ConfigInput,
  createToken,
  MemoryStore,
  memoryModule,
  SnapshotManager,
} from '../../../src';
import { InjectRespite, RespiteApp, RespiteHealthIndicator, RespiteModule } from '../../../src/nestjs';
import { createTestApp } from '../../../src/testing';
import { connectionOptions } from '../../e2e/libraries/bullmq-connection';
import { freePort, startRedisServer } from '../../support/redis-server';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close();
});

const ISOLATED = { configFile: false, env: {} } as const;
const STANDALONE = { ...ISOLATED, config: { mode: 'standalone' } } as const;

/** Nest rethrows what fails, instead of ending the process. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
const RETHROWING: NestApplicationOptions = { logger: false, abortOnError: false };

type Imports = NonNullable<ModuleMetadata['imports']>;

const SILENT = { log: () => undefined, warn: () => undefined, error: () => undefined };

/** Compiled and initialised; the test closes it, unless it does not care when. */
async function compile(imports: Imports, logger: LoggerService = SILENT): Promise<TestingModule> {
  const compiled = await Test.createTestingModule({ imports }).setLogger(logger).compile();
  let closing: Promise<void> | undefined;
  const close = compiled.close.bind(compiled);
  compiled.close = () => (closing ??= close()); // Nest would call the hooks again
  opened.push(() => compiled.close());
  return compiled.init();
}

/** Standalone, and a real Redis: the configuration alone differs. */
const modes: readonly [string, () => Promise<ConfigInput>][] = [
  ['standalone', () => Promise.resolve({ mode: 'standalone' })],
  [
    'distributed',
    async () => {
      const { host, port, stop } = await startRedisServer();
      opened.push(stop);
      return { mode: 'distributed', redis: { addr: `${host}:${port}` } };
    },
  ],
];

describe('RespiteModule', () => {
  it('lets every provider inject the backend, and what modules provide', async () => {
    @Injectable()
    class Chats {
      constructor(
        @InjectRespite(CacheBackend) readonly backend: CacheBackend,
        @InjectRespite(MemoryStore) readonly memory: MemoryStore,
        @InjectRespite(SnapshotManager) readonly snapshots: SnapshotManager | undefined,
      ) {}
    }
    @Module({ providers: [Chats] })
    class ChatsModule {}

    const app = await compile([RespiteModule.forRoot({ ...STANDALONE, modules: [memoryModule] }), ChatsModule]);
    const { backend, memory, snapshots } = app.get(Chats, { strict: false });
    await memory.append('chat', [{ role: 'user' }]);
    expect(await backend.client.exists('memory:{chat}:messages')).toBe(1);
    expect(snapshots).toBeUndefined();
    expect(app.get<CacheBackend>(CacheBackend.id)).toBe(backend);
  });

  it('takes its options from other providers', async () => {
    const SETTINGS = 'SETTINGS';
    @Module({ providers: [{ provide: SETTINGS, useValue: { mode: 'standalone' } }], exports: [SETTINGS] })
    class SettingsModule {}

    const app = await compile([
      RespiteModule.forRootAsync({
        imports: [SettingsModule],
        inject: [SETTINGS],
        useFactory: (config: ConfigInput) => ({ ...ISOLATED, config }),
        modules: [memoryModule],
      }),
    ]);
    expect(await app.get<MemoryStore>(MemoryStore.id).count('chat')).toBe(0);
  });

  it('serves before and after everybody else: in onModuleInit, and in onApplicationShutdown', async () => {
    const seen: string[] = [];
    @Injectable()
    class Counter implements OnModuleInit, OnApplicationShutdown {
      constructor(@InjectRespite(CacheBackend) private readonly cache: CacheBackend) {}
      async onModuleInit(): Promise<void> {
        seen.push(await this.cache.client.set('started', 'yes'));
      }
      async onApplicationShutdown(): Promise<void> {
        seen.push((await this.cache.client.get('started')) ?? 'lost');
      }
    }
    @Module({ providers: [Counter] })
    class CounterModule {}

    const app = await compile([CounterModule, RespiteModule.forRoot(STANDALONE)]);
    const backend = app.get<CacheBackend>(CacheBackend.id);
    await app.close();
    expect(seen).toEqual(['OK', 'yes']);
    expect(await backend.health()).toMatchObject({ status: 'down' });
  });

  it('a start that fails is the failure of the Nest application, with its code', async () => {
    const options = { ...ISOLATED, config: { redis: { addr: `127.0.0.1:${await freePort()}` } } };
    await expect(compile([RespiteModule.forRoot(options)])).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
  });

  describe('when another provider fails while Nest starts', () => {
    @Injectable()
    class Failing implements OnModuleInit {
      onModuleInit(): void {
        throw new Error('no mail server');
      }
    }
    @Module({ providers: [Failing] })
    class FailingModule {}
    const start = async (respite: DynamicModule) => {
      @Module({ imports: [respite, FailingModule] })
      class Root {}
      return NestFactory.create(Root, RETHROWING);
    };

    it('closing the Nest application stops Respite', async () => {
      const nest = await start(RespiteModule.forRoot(STANDALONE));
      const backend = nest.get<CacheBackend>(CacheBackend.id);
      await expect(nest.init()).rejects.toThrow('no mail server');
      await nest.close();
      expect(await backend.health()).toMatchObject({ status: 'down' });
    });

    it('an application started outside is stopped outside, where Nest hands out nothing to close', async () => {
      const app = await createTestApp({ modules: [memoryModule] }).start();
      const respite = RespiteModule.forApp(app, { modules: [memoryModule] });
      @Module({ imports: [respite, FailingModule] })
      class Root {}
      const context = NestFactory.createApplicationContext(Root, RETHROWING);
      await expect(context).rejects.toThrow('no mail server');
      const backend = app.get(CacheBackend);
      await app.stop();
      expect(await backend.health()).toMatchObject({ status: 'down' });
    });
  });

  it('takes an application that runs already, and stops it', async () => {
    const app = await createTestApp({ modules: [memoryModule] }).start();
    const nest = await compile([RespiteModule.forApp(app, { modules: [memoryModule] })]);
    expect(nest.get(MemoryStore.id)).toBe(app.get(MemoryStore));
    await nest.close();
    expect(() => app.get(MemoryStore)).toThrow(expect.objectContaining({ code: 'APP_NOT_RUNNING' }));
  });

  it('a value can be replaced as any other provider', async () => {
    const compiled = await Test.createTestingModule({
      imports: [RespiteModule.forRoot({ ...STANDALONE, modules: [memoryModule] })],
    })
      .overrideProvider(MemoryStore.id)
      .useValue('replaced')
      .compile();
    opened.push(() => compiled.close());
    expect(compiled.get(MemoryStore.id)).toBe('replaced');
  });

  it("logs through Nest's logger", async () => {
    const lines: unknown[] = [];
    const write = (...line: unknown[]): void => void lines.push(line);
    const app = await compile([RespiteModule.forRoot(STANDALONE)], { log: write, warn: write, error: write });
    app.get<App>(RespiteApp.id).logger.error({ event: 'something', err: new Error('why') }, 'went wrong');
    expect(lines).toContainEqual([
      expect.stringMatching(/^redis is ready: standalone, 0 keys .*event=cache_ready/),
      'Respite',
    ]);
    expect(lines).toContainEqual(['went wrong event=something', expect.stringContaining('Error: why'), 'Respite']);
  });

  it('a token of a module that provides nothing under it is said at the start', async () => {
    const Missing = createToken<string>('Missing');
    const module = { name: 'empty', provides: [Missing], requires: [] };
    const failing = compile([RespiteModule.forRoot({ ...STANDALONE, modules: [module] })]);
    await expect(failing).rejects.toMatchObject({ code: 'TOKEN_NOT_AVAILABLE' });
  });
});

describe.each(modes)('in %s mode', (_, configure) => {
  it('@nestjs/bullmq runs its queues on redisOptions(), and its workers stop before Respite does', async () => {
    const done: string[] = [];
    let began = (): void => undefined;
    let close = (): void => undefined;
    const begun = new Promise<void>((resolve) => (began = resolve));
    const closing = new Promise<void>((resolve) => (close = resolve));
    @Processor('mails')
    class Mails extends WorkerHost {
      constructor(@InjectRespite(CacheBackend) private readonly cache: CacheBackend) {
        super();
      }
      async process({ data }: Job<{ to: string }>): Promise<string> {
        began();
        // The worker is closed while this runs: what it needs must still be there.
        await closing;
        done.push(await this.cache.client.set('last', data.to));
        return data.to;
      }
    }
    @Module({ imports: [BullModule.registerQueue({ name: 'mails' })], providers: [Mails] })
    class MailsModule {
      constructor(@InjectQueue('mails') readonly queue: Queue) {}
    }

    const app = await compile([
      RespiteModule.forRoot({ ...ISOLATED, config: await configure() }),
      BullModule.forRootAsync({
        inject: [CacheBackend.id],
        useFactory: (backend: CacheBackend) => ({ connection: connectionOptions(backend.redisOptions()) }),
      }),
      MailsModule,
    ]);
    const { queue } = app.get(MailsModule);
    await queue.add('welcome', { to: 'ada' });
    await begun;
    const closed = app.close();
    close();
    await closed;
    expect(done).toEqual(['OK']);
  });

  it('@nestjs/terminus takes the health indicator', async () => {
    @Module({ imports: [TerminusModule.forRoot({ logger: false })] })
    class HealthModule {
      constructor(
        @Inject(HealthCheckService) readonly health: HealthCheckService,
        @Inject(RespiteHealthIndicator) readonly respite: RespiteHealthIndicator,
      ) {}
    }
    const app = await compile([RespiteModule.forRoot({ ...ISOLATED, config: await configure() }), HealthModule]);
    const { health, respite } = app.get(HealthModule);
    const entry = { status: 'up', degraded: false, latencyMs: expect.any(Number), reasons: [] };
    expect(await health.check([() => respite.isHealthy('redis')])).toMatchObject({
      status: 'ok',
      info: { redis: entry },
    });
    await app.get<CacheBackend>(CacheBackend.id).close();
    await expect(health.check([() => respite.isHealthy()])).rejects.toMatchObject({
      response: { status: 'error', error: { respite: { status: 'down', reasons: ['the backend is closed'] } } },
    });
  });
});
