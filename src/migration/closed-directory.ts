import { type ConfigInput, type ConfigSources, loadConfig, type LoadedConfig } from '../config';
import type { App } from '../container';
import { createAppFrom } from '../create-app';

/** Whatever the application is set to: nothing is served, evicted, set aside, or written but what is asked for. */
function settingsFor(directory: string): ConfigInput {
  const persistence = {
    enabled: true,
    data_dir: directory,
    snapshot_interval: '24h',
    snapshot_on_shutdown: false,
    restore_on_startup: true,
    on_corruption: 'fail',
    // A journal would bring back, at the next start, what was given up.
    durability: 'snapshot',
    // However many copies there are to be, none of the application's goes.
    generations: 100,
  } as const;
  return {
    mode: 'standalone',
    redis: {
      mode: 'standalone',
      provider: '',
      command_timeout: 0,
      standalone: { listener: { enabled: false }, max_memory: 0, persistence },
    },
    metrics: { enabled: false },
    log: { level: 'warn' },
  };
}

/** Starts an application on a data directory that nobody uses; what is damaged stays where it is. */
export async function startOnDirectory(sources: ConfigSources, directory: string): Promise<App> {
  const loaded: LoadedConfig = loadConfig({ ...sources, config: settingsFor(directory) });
  const app = createAppFrom(loaded, {});
  await app.start();
  return app;
}

/** Stops it, however long that takes. */
export async function stopApp(app: App): Promise<void> {
  await app.stop({ timeoutMs: 2 ** 31 - 1 });
}
