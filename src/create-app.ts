import {
  type ConfigInput,
  type ConfigSources,
  describeUnused,
  loadConfig,
  type LoadedConfig,
  type UnusedSetting,
  unusedSettings,
} from './config';
import {
  type App,
  applyOverrides,
  type AppModule,
  createApplication,
  type InitContext,
  type Logger,
  override,
  type Override,
} from './container';
import { createLogger } from './container/create-logger';
import {
  type BackendProvider,
  CacheBackend,
  cacheModule,
  isEmbedded,
  quiesceModule,
  SnapshotSourceToken,
} from './modules/cache';
import { distributedProvider } from './modules/cache/distributed';
import { mockProvider } from './modules/cache/mock';
import { createStandaloneProvider } from './modules/cache/standalone';
import { metricsModule, metricsRegistryModule } from './modules/metrics';
import { restModule } from './modules/rest';
import { snapshotModule } from './modules/snapshot';

/** What an application is made from; everything is optional. */
export interface CreateAppOptions {
  /** Settings from code, as in `respite.yaml`; they outrank every other source. */
  readonly config?: ConfigInput;
  /** A YAML or JSON file; default `./respite.yaml` if there is one, `false` for none. */
  readonly configFile?: string | false;
  /** Where RESPITE_ variables are read from; default `process.env`, `{}` for none. */
  readonly env?: NodeJS.ProcessEnv;
  /** Flags of `respite start` such as `--mode standalone` and `--set redis.db=1`; never read from `process.argv`. Default none. */
  readonly argv?: readonly string[];
  /** Further modules, started after Respite's own. */
  readonly modules?: readonly AppModule[];
  /** Further backend providers, chosen by `redis.provider`. */
  readonly plugins?: readonly BackendProvider[];
  /** Values in the place of what modules would provide; made by `override`. */
  readonly overrides?: readonly Override[];
  /** A pino logger, or anything with its methods; default: to stderr, as `log.*` says. */
  readonly logger?: Logger;
}

/**
 * Puts an application together: reads the configuration, chooses the modules. Nothing runs before `start`.
 *
 * ```ts
 * const app = await createApp({ config: { mode: 'standalone' } }).start();
 * const { client } = app.get(CacheBackend);
 * ```
 * @throws ConfigError `CONFIG_INVALID`, `CONFIG_NOT_SUPPORTED`, listing everything that is wrong
 * @throws RespiteError `CONFIG_FILE_UNREADABLE`, and what `orderModules` finds wrong
 */
export function createApp(options: CreateAppOptions = {}): App {
  return createAppFrom(loadConfig(configSources(options)), options);
}

/** Where `createApp` looks for settings. */
export function configSources({ config, configFile, env, argv, plugins }: CreateAppOptions): ConfigSources {
  const sections = (plugins ?? []).flatMap(({ name, configSchema }) =>
    configSchema ? [[name, configSchema] as const] : [],
  );
  return {
    ...(config !== undefined && { config }),
    ...(configFile !== undefined && { configFile }),
    ...(argv !== undefined && { argv }),
    env: env ?? process.env,
    pluginSchemas: Object.fromEntries(sections),
  };
}

/** What `createAppFrom` takes. */
export interface LoadedAppOptions extends Omit<CreateAppOptions, keyof ConfigSources> {
  /** Ports the listener tries in turn; default: `redis.standalone.listener.port`. */
  readonly ports?: readonly number[] | undefined;
}

/** Like `createApp`, from a configuration that was loaded already. */
export function createAppFrom(loaded: LoadedConfig, options: LoadedAppOptions): App {
  const { config } = loaded;
  const modules = [
    ...configWarnings(unusedSettings(loaded)),
    ...defaultModules(options.plugins ?? [], options.ports),
    ...(options.modules ?? []),
  ];
  return createApplication({
    config,
    logger: options.logger ?? createLogger(config.log),
    modules: applyOverrides(modules, withSnapshotSource(options.overrides ?? [])),
  });
}

/** Says at the start what somebody set to no effect, if there is anything to say. */
function configWarnings(settings: readonly UnusedSetting[]): AppModule[] {
  if (settings.length === 0) return [];
  const warn = ({ logger }: InitContext): void => {
    for (const unused of settings) {
      const { path: setting, source, mode } = unused;
      logger.warn({ event: 'config_setting_unused', setting, source, mode }, describeUnused(unused));
    }
  };
  return [{ name: 'config-warnings', provides: [], requires: [], onInit: warn }];
}

function defaultModules(plugins: readonly BackendProvider[], ports?: readonly number[]): AppModule[] {
  return [
    cacheModule([distributedProvider, createStandaloneProvider(ports), mockProvider, ...plugins]),
    snapshotModule,
    quiesceModule,
    metricsRegistryModule,
    metricsModule,
    restModule,
  ];
}

/** Who brings a backend brings what belongs to it: its data in this process, if that is where it has them. */
function withSnapshotSource(overrides: readonly Override[]): Override[] {
  const backend = overrides.find(({ token }) => token.id === CacheBackend.id)?.value as CacheBackend | undefined;
  if (backend === undefined || overrides.some(({ token }) => token.id === SnapshotSourceToken.id))
    return [...overrides];
  return [...overrides, override(SnapshotSourceToken, isEmbedded(backend) ? backend.snapshots : undefined)];
}
