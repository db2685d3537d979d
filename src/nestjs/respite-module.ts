import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type App, type AppModule, Clock, ConfigToken, createToken, ReportsToken, type Token } from '../container';
import { createApp, type CreateAppOptions } from '../create-app';
import { CacheBackend } from '../modules/cache';
import { MetricsEndpoint, MetricsRegistry } from '../modules/metrics';
import { SnapshotManager } from '../modules/snapshot';
import { RespiteHealthIndicator } from './health-indicator';
import { InjectRespite } from './inject-respite';
import { createNestLogger } from './nest-logger';

/** What `createApp` takes. Log lines go to Nest's logger unless `logger` says otherwise. */
export interface RespiteModuleOptions extends CreateAppOptions {
  /** Milliseconds the stop may take; default 25,000. */
  readonly stopTimeoutMs?: number;
}

/** Options that other providers decide. */
export interface RespiteModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** What `useFactory` is called with. */
  readonly inject?: NonNullable<FactoryProvider['inject']>;
  /** `never`: whatever `inject` lists. */
  readonly useFactory: (
    ...dependencies: never[]
  ) => Omit<RespiteModuleOptions, 'modules'> | Promise<Omit<RespiteModuleOptions, 'modules'>>;
  /** As `modules` of `createApp`; here, because Nest must know what is provided before the factory runs. */
  readonly modules?: readonly AppModule[];
}

/** The running application itself, to be injected as the others. */
export const RespiteApp = createToken<App>('App');

/** What every application provides. */
const BUILT_IN: readonly Token<unknown>[] = [
  CacheBackend,
  SnapshotManager,
  MetricsRegistry,
  MetricsEndpoint,
  Clock,
  ConfigToken,
  ReportsToken,
];

const OPTIONS = Symbol.for('respite.nestjs.options');

/**
 * Respite in a Nest application: started before anything that injects from it exists, stopped after everything else has
 * been. What its modules provide can be injected everywhere with `@InjectRespite(token)`.
 *
 * ```ts
 * imports: [RespiteModule.forRoot({ config: { mode: 'standalone' } })]; // of the root module, once
 * ```
 */
@Module({})
export class RespiteModule implements OnApplicationShutdown {
  constructor(
    @InjectRespite(RespiteApp) private readonly app: App,
    @Inject(OPTIONS) private readonly options: RespiteModuleOptions,
  ) {}

  /** Import it once, in the root module. Without options: `./respite.yaml` and RESPITE_ variables, as `createApp`. */
  static forRoot(options: RespiteModuleOptions = {}): DynamicModule {
    return moduleOf({ provide: OPTIONS, useFactory: () => options }, options.modules);
  }

  /** The same with options that come from elsewhere, such as `ConfigService`. */
  static forRootAsync({ imports, inject, useFactory, modules }: RespiteModuleAsyncOptions): DynamicModule {
    const options = async (...dependencies: never[]): Promise<RespiteModuleOptions> => ({
      ...(await useFactory(...dependencies)),
      ...(modules !== undefined && { modules }),
    });
    return moduleOf({ provide: OPTIONS, inject: inject ?? [], useFactory: options }, modules, imports);
  }

  /**
   * With an application that runs already; Nest stops it like one of its own. A Nest application that fails while it starts
   * calls no hooks unless it can be closed: then stop `app` where it was started.
   *
   * @param app made with the same `modules`
   */
  static forApp(app: App, options: Pick<RespiteModuleOptions, 'modules' | 'stopTimeoutMs'> = {}): DynamicModule {
    return moduleOf({ provide: OPTIONS, useFactory: () => options }, options.modules, [], () => app);
  }

  /** Nest calls it last: this module is global, and Nest takes those down after all others. */
  async onApplicationShutdown(): Promise<void> {
    const { stopTimeoutMs } = this.options;
    await this.app.stop(stopTimeoutMs === undefined ? {} : { timeoutMs: stopTimeoutMs });
  }
}

function moduleOf(
  options: FactoryProvider,
  modules: readonly AppModule[] = [],
  imports: ModuleMetadata['imports'] = [],
  open: (options: RespiteModuleOptions, tokens: readonly Token<unknown>[]) => App | Promise<App> = start,
): DynamicModule {
  const tokens = new Map(
    [...BUILT_IN, ...modules.flatMap(({ provides }) => provides)].map((token) => [token.id, token]),
  );
  const app: FactoryProvider<App> = {
    provide: RespiteApp.id,
    inject: [OPTIONS],
    useFactory: (given: RespiteModuleOptions) => open(given, [...tokens.values()]),
  };
  const values = [...tokens.values()].map((token): FactoryProvider => ({
    provide: token.id,
    inject: [RespiteApp.id],
    useFactory: (started: App) => started.get(token),
  }));
  return {
    module: RespiteModule,
    global: true,
    imports,
    providers: [options, app, ...values, RespiteHealthIndicator],
    exports: [RespiteApp.id, ...tokens.keys(), RespiteHealthIndicator],
  };
}

/** Makes every value right away: when one cannot be made, Nest gives up, and would leave the application running. */
async function start(
  { logger = createNestLogger(), ...options }: RespiteModuleOptions,
  tokens: readonly Token<unknown>[],
): Promise<App> {
  const app = await createApp({ ...options, logger }).start();
  try {
    for (const token of tokens) app.get(token);
    return app;
  } catch (failure) {
    await app.stop();
    throw failure;
  }
}
