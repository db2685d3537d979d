import { loadConfig, type LoadedConfig } from '../../config';
import { type ConfigOptions, sourcesOf } from '../config-options';
import { defaultInstanceName, instanceDirectory } from '../instances';
import { table } from '../render';
import { type Ready, serve } from '../serve';

/** Options of `respite` without a command. */
export interface InstanceOptions extends ConfigOptions {
  readonly name?: string;
  /** Nothing on disk. */
  readonly memory?: boolean;
}

/** Starts the instance of a name, on the data of its last run, and serves until a signal. Sets the exit code. */
export function instance(options: InstanceOptions, version: string): Promise<void> {
  const name = options.name ?? defaultInstanceName();
  const loaded = loadForInstance(options, name);
  const hasPassword = loaded.config.redis.standalone.listener.password !== '';
  return serve(loaded, {
    version,
    json: options.json === true,
    announce: (facts) => {
      process.stdout.write(
        options.json === true ? `${JSON.stringify({ ...facts, name })}\n` : told(facts, name, hasPassword),
      );
    },
  });
}

/** The configuration of an instance: it is no application, so `./respite.yaml` is not its own. */
export function loadForInstance(options: InstanceOptions, name: string): LoadedConfig {
  return loadConfig({
    configFile: false,
    ...sourcesOf(options),
    presets: {
      label: 'respite',
      values: {
        'redis.standalone.listener.enabled': true,
        'redis.standalone.persistence.enabled': options.memory !== true,
        ...(options.memory !== true && { 'redis.standalone.persistence.data_dir': instanceDirectory(name) }),
      },
    },
    config: { mode: 'standalone', redis: { mode: 'standalone' } },
  });
}

function told(facts: Ready, name: string, hasPassword: boolean): string {
  const { version, url, dataDir, snapshotInterval, metrics } = facts;
  const rows = [
    ['data', dataDir === null ? 'in memory only' : `${dataDir}, written every ${snapshotInterval ?? ''}`],
    ...(metrics === null ? [] : [['metrics', `${metrics}/metrics`]]),
  ];
  // For a script, or an .env file; the password is somewhere else already.
  const address = url === null ? [] : [`REDIS_URL=${hasPassword ? url.replace('://', '://:<password>@') : url}`];
  return [
    `Respite ${version}: the instance "${name}" is ready.`,
    table(rows, '  '),
    ...address,
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}
