import type { Command } from 'commander';
import { type ConfigSources, type LoadedConfig, loadConfig, resolveMode } from '../config';

/** The options all commands share. */
export interface ConfigOptions {
  readonly config?: string;
  readonly mode?: string;
  readonly standalone?: boolean;
  readonly set: readonly string[];
  readonly json?: boolean;
  readonly port?: string;
  readonly host?: string;
  readonly dataDir?: string;
  readonly password?: string;
}

/** Adds the options that say where settings come from. */
export function withConfigOptions(command: Command): Command {
  return command
    .option('--config <file>', 'a YAML or JSON file (default: ./respite.yaml, if there is one)')
    .option('--mode <mode>', 'standalone or distributed')
    .option('--standalone', 'short for --mode standalone')
    .option('--set <path=value>', 'one setting, such as redis.db=1; repeatable', collect, [])
    .option('--json', 'print JSON');
}

/** Where the data is: short for `--set` of the same. */
export const DATA_DIR_OPTION = ['--data-dir <directory>', 'where the data is kept (default: ./respite-data)'] as const;

/** Adds the options for what is served and where it is kept, short for `--set` of the same. */
export function withServingOptions(command: Command, dataDir: string = DATA_DIR_OPTION[1]): Command {
  return command
    .option(
      '--port <port>',
      'where clients reach it (default: that of the last start, else 6379, else the next free one)',
    )
    .option('--host <address>', 'the address to listen on; others than 127.0.0.1 need a password')
    .option(DATA_DIR_OPTION[0], dataDir)
    .option(
      '--password <password>',
      'what clients must authenticate with; the list of processes shows it, RESPITE_REDIS_STANDALONE_LISTENER_PASSWORD is hidden',
    );
}

/** Where a command looks for settings. */
export function sourcesOf(options: ConfigOptions): ConfigSources {
  return { env: process.env, argv: toArgv(options) };
}

/** Reads the configuration as a command sees it. */
export function loadForCommand(options: ConfigOptions, presets?: ConfigSources['presets']): LoadedConfig {
  return loadConfig({ ...sourcesOf(options), ...(presets !== undefined && { presets }) });
}

/** What `respite start` sets in standalone mode, unless somebody says otherwise. */
const START_PRESETS = {
  label: 'respite start',
  values: {
    'redis.standalone.listener.enabled': true,
    'redis.standalone.persistence.enabled': true,
  },
};

/** Reads the configuration as `respite start` uses it: in standalone with the listener and persistence on. */
export function loadForStart(options: ConfigOptions): LoadedConfig {
  const loaded = loadForCommand(options);
  return resolveMode('redis', loaded.config).mode === 'standalone' ? loadForCommand(options, START_PRESETS) : loaded;
}

/** Gathers the values of a repeatable option. */
export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function toArgv({ config, mode, standalone, set, port, host, dataDir, password }: ConfigOptions): string[] {
  return [
    ...(config === undefined ? [] : [`--config=${config}`]),
    ...(mode === undefined ? [] : [`--mode=${mode}`]),
    ...(standalone === true ? ['--standalone'] : []),
    ...(port === undefined ? [] : [`--port=${port}`]),
    ...(host === undefined ? [] : [`--host=${host}`]),
    ...(dataDir === undefined ? [] : [`--data-dir=${dataDir}`]),
    ...(password === undefined ? [] : [`--password=${password}`]),
    ...set.map((assignment) => `--set=${assignment}`),
  ];
}
