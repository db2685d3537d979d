import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { formats, type LoadedConfig, loadConfig, printDuration, resolveMode, serverUrl } from '../../config';
import { silentLogger } from '../../container';
import { systemClock } from '../../container/clock';
import { withDeadline } from '../../container/deadline';
import { asError, RespiteError } from '../../errors';
import { ownerOf } from '../../modules/snapshot/control/owner';
import { type ConfigOptions, loadForStart } from '../config-options';
import { loadForInstance } from './instance';
import { portsFor } from '../ports';
import { rawPing, type Where } from '../raw-ping';
import { json } from '../render';

/** Options of `respite ping`. */
export interface PingOptions extends ConfigOptions {
  /** A Redis, whatever it is, instead of what the configuration names. */
  readonly url?: string;
  /** An instance of `respite` without a command. */
  readonly name?: string;
  /** Milliseconds for all of it. */
  readonly timeout: number;
}

/** Who was asked, and how. */
interface Asked {
  readonly via: 'private socket' | 'listener' | 'server';
  /** Without a password. */
  readonly where: string;
  readonly pid: number | null;
}

/** Reads `--timeout`. @throws InvalidArgumentError of commander */
export function parseTimeout(text: string): number {
  try {
    return formats.duration({ min: 1 }).parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It ${asError(error).message}. Write a duration such as 500ms or 3s.`);
  }
}

/**
 * Asks for a sign of life: the process that uses a data directory, the listener of one that has none, or a server.
 * @returns what to print
 * @throws RespiteError `PING_FAILED`, and those of finding out whom to ask
 */
export async function ping(options: PingOptions): Promise<string> {
  const begin = performance.now();
  let asked: Asked | undefined;
  const outcome = await withDeadline(options.timeout, async (signal) => {
    asked = await ask(options, signal);
  });
  if (outcome.status === 'failed') throw outcome.error;
  if (outcome.status === 'timed-out' || asked === undefined)
    throw failed(`Nothing was answered within ${String(printDuration(options.timeout))}.`);
  const latencyMs = Math.round((performance.now() - begin) * 10) / 10;
  if (options.json === true) return json({ ok: true, ...asked, latencyMs });
  const who = asked.pid === null ? `The ${asked.via}` : `Process ${String(asked.pid)}`;
  return `${who} at ${asked.where} answered within ${String(latencyMs)} ms.`;
}

async function ask(options: PingOptions, signal: AbortSignal): Promise<Asked> {
  const loaded =
    options.name === undefined ? loadForStart(asStandalone(options)) : loadForInstance(options, options.name);
  if (options.url !== undefined || resolveMode('redis', loaded.config).mode === 'distributed')
    return askServer(loaded, options, signal);
  const { persistence, listener } = loaded.config.redis.standalone;
  if (persistence.enabled) {
    const found = await askOwner(resolve(persistence.data_dir), listener.enabled, signal);
    if (found !== undefined) return found;
  }
  return askListener(loaded, signal);
}

/** Who names a data directory means the process that uses it, though the mode is `distributed` when nobody says anything. */
function asStandalone(options: PingOptions): PingOptions {
  return options.dataDir === undefined || options.mode !== undefined ? options : { ...options, standalone: true };
}

/** @returns `undefined` when somebody uses the directory who is only reached by the listener, and that is on */
async function askOwner(directory: string, hasListener: boolean, signal: AbortSignal): Promise<Asked | undefined> {
  const owner = await ownerOf(directory).catch((error: unknown) => {
    const isElsewhere = RespiteError.is(error) && error.code === 'SNAPSHOT_OWNER_UNREACHABLE';
    if (!isElsewhere || !hasListener) throw error;
    return 'elsewhere' as const;
  });
  if (owner === 'elsewhere') return undefined;
  if (owner === undefined) throw failed(`No process uses ${directory}.`);
  await pong({ path: owner.redis }, '', signal);
  return { via: 'private socket', where: owner.redis, pid: owner.pid };
}

async function askListener(loaded: LoadedConfig, signal: AbortSignal): Promise<Asked> {
  const { listener } = loaded.config.redis.standalone;
  if (!listener.enabled)
    throw failed('There is neither a data directory nor a listener to ask at. Name one, or --url.');
  const { path, host, password } = listener;
  // Where `start` begins to look for a port, when nobody set one.
  const port = (await portsFor(loaded))?.[0] ?? listener.port;
  if (path === '' && port === 0) throw failed('Any port may be that of the listener. Name it with --port, or --url.');
  const name = path === '' ? `${host}:${String(port)}` : path;
  await pong(path === '' ? { host, port } : { path }, password, signal);
  return { via: 'listener', where: name, pid: null };
}

async function pong(where: Where, password: string, signal: AbortSignal): Promise<void> {
  const name = 'path' in where ? where.path : `${where.host}:${String(where.port)}`;
  const said = await rawPing(where, password, signal).catch((error: unknown) => {
    throw failed(`Nobody answers at ${name}: ${asError(error).message}.`);
  });
  if (said === '+PONG') return;
  throw failed(`${name} does not serve: it said "${said.replace(/^[-+]/, '')}".`);
}

/** A server by its URL or by the configuration: sentinels, Redis Clusters and TLS included. */
async function askServer(loaded: LoadedConfig, { url, timeout }: PingOptions, signal: AbortSignal): Promise<Asked> {
  const redis = { ...(url === undefined ? loaded.config.redis : settingsOf(url, loaded)), connect_timeout: timeout };
  // Loaded here: it brings ioredis along.
  const { openBackend } =
    require('../../modules/cache/distributed/open-backend') as typeof import('../../modules/cache/distributed/open-backend');
  const config = { ...loaded.config, redis };
  const backend = await openBackend({ config, settings: {}, logger: silentLogger, clock: systemClock, signal });
  try {
    const { status, reasons } = await backend.health();
    if (status === 'down') throw failed(`${serverUrl(redis)} does not serve: ${reasons.join('; ')}.`);
    return { via: 'server', where: serverUrl(redis), pid: null };
  } finally {
    await backend.close();
  }
}

/** What a URL says, and the certificates that are configured; the rest of the configuration is about another server. */
function settingsOf(url: string, loaded: LoadedConfig): LoadedConfig['config']['redis'] {
  const { redis } = loadConfig({ configFile: false, config: { mode: 'distributed', redis: { url } } }).config;
  return { ...redis, tls: { ...loaded.config.redis.tls, enabled: false } };
}

function failed(message: string): RespiteError {
  return new RespiteError('PING_FAILED', { message });
}
