import type { Config } from './config';
import type { LoadedConfig } from './load-config';
import { resolveMode } from './resolve-mode';
import { listSettings, type Setting, valueAt } from './setting';

/** A setting somebody wrote that changes nothing as the others are. */
export interface UnusedSetting {
  /** The setting: `redis.url`. */
  readonly path: string;
  /** Where it was written. */
  readonly source: string;
  /** Why it changes nothing, completing "has no effect: ". */
  readonly reason: string;
  /** The mode Redis runs in. */
  readonly mode: string;
}

/** Why a setting has no effect; `undefined` when it has one. */
type Rule = (path: string, config: Config) => string | undefined;

/** Where a server is and how to reach it. `redis.db` and `redis.command_timeout` hold in both modes. */
const OF_A_SERVER =
  /^redis\.(url|addr|sentinels|sentinel_name|sentinel_username|sentinel_password|cluster_nodes|username|password|connect_timeout|tls\..+)$/;

const RULES: readonly Rule[] = [otherMode, ioredisMock, otherProvider, tlsOff, besideSocket, switchedOff, outerSystem];

/** Of the settings of Temporal and of the MCP proxy, those of one mode only. */
const OF_ONE_MODE = [
  ['mcpproxy', 'standalone', /^mcpproxy\.(host|port|token_file)$/],
  ['mcpproxy', 'distributed', /^mcpproxy\.url$/],
  ['temporal', 'standalone', /^temporal\.(binary|data_dir|ui_port)$/],
  ['temporal', 'remote', /^temporal\.(tls\..+|api_key)$/],
] as const;

/** Every setting that somebody wrote and that has no effect; nobody is to find that out by what does not happen. */
export function unusedSettings({ config, sources, schema }: LoadedConfig): UnusedSetting[] {
  const { mode } = resolveMode('redis', config);
  return listSettings(schema).flatMap(({ path, setting }) => {
    const source = sources.get(path);
    if (source === undefined || source.kind === 'default' || source.kind === 'preset') return [];
    if (asksForNothing(setting, valueAt(config, path))) return [];
    const reason = RULES.map((rule) => rule(path, config)).find((found) => found !== undefined);
    return reason === undefined ? [] : [{ path, source: source.label, reason, mode }];
  });
}

/** One of them in words: `redis.url (respite.yaml) has no effect: ...`. */
export function describeUnused({ path, source, reason }: UnusedSetting): string {
  return `${path} (${source}) has no effect: ${reason}`;
}

function otherMode(path: string, config: Config): string | undefined {
  const { mode, decidedBy } = resolveMode('redis', config);
  const used = mode === 'standalone' ? !OF_A_SERVER.test(path) : !path.startsWith('redis.standalone.');
  if (used) return undefined;
  const hint = path === 'redis.password' ? '; for clients of the listener set redis.standalone.listener.password' : '';
  return `Redis runs in ${mode} mode${decidedBy === 'default' ? ' by default' : ` (decided by ${decidedBy})`}${hint}`;
}

/** Of the engine's settings ioredis-mock has none, and it waits for nobody. */
function ioredisMock(path: string, { redis }: Config): string | undefined {
  const engines = path.startsWith('redis.standalone.') || path === 'redis.command_timeout';
  return redis.provider === 'mock' && engines ? 'redis.provider is mock, which does not know it' : undefined;
}

function otherProvider(path: string, { redis }: Config): string | undefined {
  const [group, name] = path.split('.');
  return group === 'plugins' && name !== redis.provider ? `redis.provider is not ${name ?? ''}` : undefined;
}

function tlsOff(path: string, { redis, temporal }: Config): string | undefined {
  const off = !redis.tls.enabled && !redis.url.startsWith('rediss:');
  if (off && path.startsWith('redis.tls.')) return 'redis.tls.enabled is false';
  const plain = !temporal.tls.enabled && temporal.api_key === '';
  return plain && path.startsWith('temporal.tls.') ? 'temporal.tls.enabled is false' : undefined;
}

/** What Temporal or the MCP proxy asks for in its other mode. */
function outerSystem(path: string, config: Config): string | undefined {
  const rule = OF_ONE_MODE.find(([, , paths]) => paths.test(path));
  if (rule === undefined) return undefined;
  const [component, needed] = rule;
  const { mode, decidedBy } = resolveMode(component, config);
  if (mode === needed) return undefined;
  return `${component} runs in ${mode} mode${decidedBy === 'default' ? ' by default' : ` (decided by ${decidedBy})`}`;
}

function besideSocket(path: string, { redis }: Config): string | undefined {
  const { listener } = redis.standalone;
  if (path !== 'redis.standalone.listener.host' || listener.path === '') return undefined;
  return 'redis.standalone.listener.path is set, a unix socket';
}

/** Groups with a switch: what is in them needs it. */
function switchedOff(path: string, { redis, metrics }: Config): string | undefined {
  const { listener, persistence } = redis.standalone;
  const byStart = ' (respite start switches it on)';
  const groups = [
    ['redis.standalone.listener', listener.enabled, byStart],
    ['redis.standalone.persistence', persistence.enabled, byStart],
    ['redis.rest', redis.rest.enabled, ''],
    ['metrics', metrics.enabled, ''],
  ] as const;
  const off = groups.find(([group, enabled]) => !enabled && path.startsWith(`${group}.`));
  return off === undefined ? undefined : `${off[0]}.enabled is false${off[2]}`;
}

/** Switched off, or left empty, as by a variable that is not set, and so by default: nobody expects anything of it. */
function asksForNothing({ default: initial }: Setting<unknown>, value: unknown): boolean {
  const nothing = value === false || value === '' || (Array.isArray(value) && value.length === 0);
  return nothing && JSON.stringify(value) === JSON.stringify(initial);
}
