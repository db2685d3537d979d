import { type LoadedConfig, resolveMode } from '../config';
import { readLastPort } from '../modules/snapshot/directory/last-port';

/** Where Redis is expected. */
const REDIS_PORT = 6379;

/** How far above it a free port is looked for, before the system may choose any. */
const NEIGHBOURS = 1000;

/**
 * The ports `respite start` tries in turn when nobody set one: that of the last start, Redis' own, those above it, and last
 * any free one (0).
 */
export function portsToTry(last: number | undefined): readonly number[] {
  const neighbours = Array.from({ length: NEIGHBOURS }, (_, i) => REDIS_PORT + i);
  return [...new Set([...(last === undefined ? [] : [last]), ...neighbours, 0])];
}

/** The ports to try for a configuration; `undefined` when somebody set one, which is taken as it is or refused. */
export async function portsFor({ config, sources }: LoadedConfig): Promise<readonly number[] | undefined> {
  const { listener, persistence } = config.redis.standalone;
  const kind = sources.get('redis.standalone.listener.port')?.kind;
  if (resolveMode('redis', config).mode !== 'standalone' || !listener.enabled || kind !== 'default') return undefined;
  return portsToTry(persistence.enabled ? await readLastPort(persistence.data_dir) : undefined);
}
