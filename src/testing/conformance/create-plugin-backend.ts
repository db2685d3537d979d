import { type ConfigInput, loadConfig } from '../../config';
import { type Clock, silentLogger } from '../../container';
import { systemClock } from '../../container/clock';
import { configSources } from '../../create-app';
import type { BackendProvider, CacheBackend } from '../../modules/cache';
import { createBackend } from '../../modules/cache/create-backend';

/**
 * Makes the backend of a provider as an application would, its settings being checked, but without one: for
 * `describeBackend`. Neither a file nor the environment is read.
 *
 * @param config settings as in `respite.yaml`; mode and provider are set already
 * @throws ConfigError, and whatever the provider throws
 */
export async function createPluginBackend(
  provider: BackendProvider,
  config: ConfigInput = {},
  clock: Clock = systemClock,
): Promise<CacheBackend> {
  const { mode, name } = provider;
  const sources = configSources({
    plugins: [provider],
    config: { ...config, mode, redis: { ...config.redis, provider: name } },
    configFile: false,
    env: {},
  });
  const { signal } = new AbortController();
  return createBackend([provider], { config: loadConfig(sources).config, logger: silentLogger, signal, clock });
}
