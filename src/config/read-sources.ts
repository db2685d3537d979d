import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { parseArgs } from 'node:util';
import { asError, RespiteError } from '../errors';
import { ConfigError } from './config-error';
import { hideCredentials } from './redact';
import { isSetting, listSettings, type SettingsSchema, variableOf } from './setting';
import type { RawValue, Source } from './source';

/** Variables a Kubernetes service named "respite" brings into every container beside it; they are not ours. */
const SERVICE_LINK = /^RESPITE_(\w+_)?(SERVICE_(HOST|PORT)(_\w+)?|PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)$/;

/** Names the configuration file; every other RESPITE_ variable is a setting. */
export const CONFIG_FILE_VARIABLE = 'RESPITE_CONFIG';

/** The values of a tree, one by one, so that each can be checked and traced by itself. */
export function flatten(tree: unknown, schema: SettingsSchema, source: Source, prefix = ''): RawValue[] {
  if (!isRecord(tree)) return [{ path: prefix, value: tree, source }];
  return Object.entries(tree).flatMap(([name, value]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const node = Object.hasOwn(schema, name) ? schema[name] : undefined;
    if (node === undefined || isSetting(node)) return [{ path, value, source }];
    // `redis:` with nothing below it is a group whose settings are all commented out.
    return value === null || value === undefined ? [] : flatten(value, node, source, path);
  });
}

/** Reads a YAML or JSON file. @throws RespiteError `CONFIG_FILE_UNREADABLE` */
export function readFile(file: string, schema: SettingsSchema): RawValue[] {
  const source: Source = { kind: 'file', label: basename(file) };
  const content = parseFile(file);
  if (content === null || content === undefined) return [];
  if (!isRecord(content)) throw unreadable(file, 'it must hold settings by name, such as "mode: standalone"');
  return flatten(content, schema, source);
}

function parseFile(file: string): unknown {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, asError(cause).message, cause);
  }
  try {
    if (extname(file) === '.json') return JSON.parse(content) as unknown;
    // Loaded here because most applications have no file.
    const yaml = require('yaml') as typeof import('yaml');
    return yaml.parse(content) as unknown;
  } catch (cause) {
    throw unreadable(file, syntaxProblem(cause), cause);
  }
}

/** The place and kind of a syntax error, without the excerpt parsers print: it may hold a secret. */
function syntaxProblem(cause: unknown): string {
  const firstLine = asError(cause).message.split('\n')[0] ?? '';
  return firstLine.replace(/,? ?"[^]*$/, '').replace(/:$/, '');
}

function unreadable(file: string, reason: string, cause?: unknown): RespiteError {
  const message = `The configuration file ${file} cannot be read: ${reason}.`;
  return new RespiteError('CONFIG_FILE_UNREADABLE', { message, cause });
}

/** The settings in the environment: RESPITE_ and the path in upper snake case. Unknown ones come back as they are. */
export function readEnvironment(env: NodeJS.ProcessEnv, schema: SettingsSchema): RawValue[] {
  const paths = new Map(listSettings(schema).map(({ path }) => [variableOf(path), path]));
  return Object.entries(env).flatMap(([variable, value]) => {
    if (!variable.startsWith('RESPITE_') || value === undefined || variable === CONFIG_FILE_VARIABLE) return [];
    const path = paths.get(variable);
    if (path === undefined && SERVICE_LINK.test(variable)) return [];
    return [{ path: path ?? variable, value, source: { kind: 'environment', label: variable } }];
  });
}

/** What command line flags say about the configuration. */
export interface FlagSettings {
  readonly configFile: string | undefined;
  readonly values: readonly RawValue[];
}

/** Flags for a setting each. */
const SHORT_FLAGS = {
  mode: 'mode',
  port: 'redis.standalone.listener.port',
  host: 'redis.standalone.listener.host',
  'data-dir': 'redis.standalone.persistence.data_dir',
  password: 'redis.standalone.listener.password',
} as const;

/**
 * Reads `--mode M`, `--standalone`, `--config F`, the flags of `respite start` and any number of `--set path=value`.
 * @throws ConfigError for any other flag
 */
export function readFlags(argv: readonly string[]): FlagSettings {
  if (argv.length === 0) return { configFile: undefined, values: [] };
  const { standalone, config, set, ...short } = parseFlags(argv);
  const found = (set ?? []).map(readAssignment);
  if (standalone === true) found.push(flagValue('mode', 'standalone', '--standalone'));
  for (const [flag, path] of Object.entries(SHORT_FLAGS)) {
    const value = short[flag as keyof typeof SHORT_FLAGS]; // its own keys
    if (value !== undefined) found.push(flagValue(path, value, `--${flag}`));
  }
  return { configFile: config, values: found };
}

/** Its type is what parseArgs derives from the options. */
const parseFlags = (argv: readonly string[]) => {
  try {
    const options = {
      mode: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string' },
      'data-dir': { type: 'string' },
      password: { type: 'string' },
      standalone: { type: 'boolean' },
      config: { type: 'string' },
      set: { type: 'string', multiple: true },
    } as const;
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    const { message } = asError(error);
    // Only what parseArgs says about the flag: the rest is advice about its own API.
    const problem = message.split('.')[0] ?? '';
    const remedy = 'write --mode <mode>, --standalone, --config <file>, --set path=value or a flag of respite start';
    throw new ConfigError([{ code: 'CONFIG_INVALID', path: 'flags', source: 'argv', problem, remedy }]);
  }
};

function readAssignment(assignment: string): RawValue {
  const equals = assignment.indexOf('=');
  // Without an equals sign it may be a value that is taken for a path.
  const path = hideCredentials(equals === -1 ? assignment : assignment.slice(0, equals));
  const value = equals === -1 ? undefined : assignment.slice(equals + 1);
  return flagValue(path, value, `--set ${path}`);
}

function flagValue(path: string, value: unknown, label: string): RawValue {
  return { path, value, source: { kind: 'flag', label } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
