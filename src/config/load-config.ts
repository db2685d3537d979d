import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import convict from 'convict';
import { checkCombinations } from './check-combinations';
import { type CheckedValue, checkValues } from './check-values';
import type { Config, ConfigInput } from './config';
import { ConfigError } from './config-error';
import { CONFIG_FILE_VARIABLE, flatten, type FlagSettings, readEnvironment, readFile, readFlags } from './read-sources';
import { schema } from './schema';
import { isSetting, listSettings, type SettingsSchema } from './setting';
import { DEFAULT_SOURCE, type RawValue, type Source } from './source';

/** Where settings are looked for. Later ones outrank earlier ones. */
export interface ConfigSources {
  /** Other defaults, such as those of a command; by path. */
  readonly presets?: { readonly label: string; readonly values: Readonly<Record<string, unknown>> };
  /** A YAML or JSON file; default `./respite.yaml` if there is one, `false` for none. */
  readonly configFile?: string | false;
  /** Default none. */
  readonly env?: NodeJS.ProcessEnv;
  /** Flags, without the program's name: `--mode`, `--standalone`, `--config`, `--set`. Default none. */
  readonly argv?: readonly string[];
  /** Settings from code; they outrank all others. */
  readonly config?: ConfigInput;
  /** The sections of plugins: by name, what each plugin's provider accepts below `plugins.<name>`. */
  readonly pluginSchemas?: Readonly<Record<string, SettingsSchema>>;
}

/** The configuration, and where each of its values came from. */
export interface LoadedConfig {
  readonly config: Config;
  /** By path, for every setting. */
  readonly sources: ReadonlyMap<string, Source>;
  /** With the sections of plugins. */
  readonly schema: SettingsSchema;
  /** The file that was read, absolute. */
  readonly file: string | undefined;
}

const DEFAULT_FILE = 'respite.yaml';

/**
 * Reads, merges and checks all settings.
 * @throws ConfigError listing everything that is wrong
 * @throws RespiteError `CONFIG_FILE_UNREADABLE`
 */
export function loadConfig(from: ConfigSources): LoadedConfig {
  const whole: SettingsSchema = { ...schema, plugins: from.pluginSchemas ?? {} };
  const flags = readFlags(from.argv ?? []);
  const file = findFile(from, flags);
  const { values: set, problems } = checkValues(collect(from, whole, file, flags), whole);
  const config = complete(set, whole);
  const all = [...problems, ...checkCombinations(set, config)];
  if (all.length > 0) throw new ConfigError(all);
  const sources = new Map(listSettings(whole).map(({ path }) => [path, set.get(path)?.source ?? DEFAULT_SOURCE]));
  return { config, sources, schema: whole, file };
}

function findFile({ configFile, env }: ConfigSources, flags: FlagSettings): string | undefined {
  const named = flags.configFile ?? configFile ?? env?.[CONFIG_FILE_VARIABLE];
  if (named === false) return undefined;
  if (named !== undefined) return resolve(named);
  return existsSync(DEFAULT_FILE) ? resolve(DEFAULT_FILE) : undefined;
}

function collect(
  { presets, env, config }: ConfigSources,
  whole: SettingsSchema,
  file: string | undefined,
  flags: FlagSettings,
): RawValue[] {
  const preset: Source = { kind: 'preset', label: presets?.label ?? '' };
  return [
    ...Object.entries(presets?.values ?? {}).map(([path, value]) => ({ path, value, source: preset })),
    ...(file === undefined ? [] : readFile(file, whole)),
    ...readEnvironment(env ?? {}, whole),
    ...flags.values,
    ...flatten(config ?? {}, whole, { kind: 'argument', label: 'createApp({ config })' }),
  ];
}

/** Fills in the defaults. convict holds the tree; see docs/decisions/0002-convict.md for what we do ourselves. */
function complete(set: ReadonlyMap<string, CheckedValue>, whole: SettingsSchema): Config {
  // The type of a convict schema follows from a literal; ours is only known at run time.
  const tree = convict<Record<string, unknown>>(toConvict(whole) as convict.Schema<Record<string, unknown>>);
  for (const [path, { value }] of set) tree.set(path, value);
  tree.validate({ allowed: 'strict' });
  const values: unknown = deepFreeze(tree.getProperties());
  return values as Config; // Config is derived from the very schema the tree was made of
}

function toConvict(whole: SettingsSchema): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(whole).map(([name, node]) => [
      name,
      isSetting(node)
        ? {
            doc: node.doc,
            default: node.default,
            format: (value: unknown) => void node.format.parse(inWords(node.format, value)),
          }
        : toConvict(node),
    ]),
  );
}

/** convict checks values that were read already, so durations are written out again first. */
function inWords(format: { print?(value: unknown): unknown }, value: unknown): unknown {
  return format.print === undefined ? value : format.print(value);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
