import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Clock, Logger, LogMethod } from '../../src/container';
import { EmbeddedEngine, type RedisVersion } from '../../src/engine';
import { Engine } from '../../src/engine/engine';
import type { SnapshotSource } from '../../src/engine/snapshot/source';
import { LmdbSnapshotManager } from '../../src/modules/snapshot/lmdb-snapshot-manager';
import type { RestoreProgress, SnapshotSettings } from '../../src/modules/snapshot/settings';
import { temporaryPath } from './temporary-path';

/** What was logged. */
export class RecordingLogger implements Logger {
  readonly lines: {
    readonly level: string;
    readonly event: unknown;
    readonly fields: object;
    readonly message: string;
  }[] = [];

  readonly debug = this.#at('debug');
  readonly info = this.#at('info');
  readonly warn = this.#at('warn');
  readonly error = this.#at('error');

  /** Names of the events of a level, in order. */
  events(level: string): unknown[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.event);
  }

  #at(level: string): LogMethod {
    return (fields: string | Readonly<Record<string, unknown>>, message?: string): void => {
      if (typeof fields === 'string') this.lines.push({ level, event: undefined, fields: {}, message: fields });
      else this.lines.push({ level, event: fields['event'], fields, message: message ?? '' });
    };
  }
}

/** An engine with its data directory, as the application puts them together. */
export interface Kept {
  readonly engine: Engine;
  /** The same as those see it who embed it. */
  readonly embedded: EmbeddedEngine;
  /** Its door for the manager, with nothing in between. */
  readonly source: SnapshotSource;
  readonly manager: LmdbSnapshotManager;
  readonly logger: RecordingLogger;
  /** Runs one command and returns its reply. */
  run(name: string, ...args: string[]): unknown;
}

export interface KeptOptions extends Partial<SnapshotSettings> {
  /** Of the engine and its snapshots. */
  readonly clock?: Clock;
  /** Of the engine; default 7.0. */
  readonly version?: RedisVersion;
  /** Stands between the engine and the manager. */
  readonly through?: (source: SnapshotSource) => SnapshotSource;
  readonly onProgress?: (progress: RestoreProgress) => void;
}

/** An engine whose data is kept in `dataDirectory`; not started. */
export function keep(
  dataDirectory: string,
  { clock, version, through, onProgress, ...settings }: KeptOptions = {},
): Kept {
  const engine = new Engine({
    persistent: true,
    ...(version === undefined ? {} : { version }),
    ...(clock === undefined ? {} : { clock }),
  });
  const embedded = new EmbeddedEngine(engine);
  const source = embedded.snapshots;
  const logger = new RecordingLogger();
  const manager = new LmdbSnapshotManager({
    source: through?.(source) ?? source,
    logger,
    settings: {
      dataDirectory,
      interval: 0,
      onShutdown: true,
      restoreOnStartup: true,
      onCorruption: 'quarantine',
      ...settings,
    },
    ...(clock === undefined ? {} : { clock }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const session = engine.connect(
    { remote: '127.0.0.1:1', local: '127.0.0.1:2', kind: 'memory' },
    { send: () => undefined, resume: () => undefined, close: () => undefined },
  );
  return { engine, embedded, source, manager, logger, run: (name, ...args) => engine.execute(session, name, args) };
}

/** As `keep`, started. */
export async function start(dataDirectory: string, options: KeptOptions = {}): Promise<Kept> {
  const kept = keep(dataDirectory, options);
  await kept.manager.start();
  return kept;
}

/** A directory with a snapshot of one key, whose value is 1. */
export async function directoryWith(key: string): Promise<string> {
  const path = await temporaryPath();
  const kept = await start(path);
  kept.run('SET', key, '1');
  await kept.manager.stop();
  return path;
}

/** For programs of their own: takes a snapshot and prints what became of it, after a word and a colon. */
export async function tellSnapshot(what: string, { manager }: Kept): Promise<void> {
  const outcome = await manager.snapshotNow().then(
    () => 'written',
    () => manager.status().lastFailure?.code,
  );
  process.stdout.write(`${what}: ${String(outcome)}\n`);
}

/** Everything an engine holds, in a form that can be compared: type, expiry and content by database and key. */
export function contentsOf({ run }: Kept): ReadonlyMap<string, string> {
  const contents = new Map<string, string>();
  for (let database = 0; database < 16; database++) {
    run('SELECT', String(database));
    for (const key of run('KEYS', '*') as string[]) {
      contents.set(`${String(database)}:${key}`, entryOf(run, key));
    }
  }
  run('SELECT', '0');
  return contents;
}

/** What a key of the selected database holds, in a form that can be compared. */
export function entryOf(run: Kept['run'], key: string): string {
  return JSON.stringify([run('PEXPIRETIME', key), contentOf(run, key)]);
}

/** A key's type and content; what has no order in one of its own. */
function contentOf(run: Kept['run'], key: string): unknown {
  const type = run('TYPE', key);
  switch (typeof type === 'object' && type !== null && 'text' in type ? type.text : type) {
    case 'hash':
      return ['hash', pairsOf(run('HGETALL', key))];
    case 'set':
      return ['set', [...(run('SMEMBERS', key) as { readonly items: readonly string[] }).items].sort()];
    case 'zset':
      return ['zset', run('ZRANGE', key, '0', '-1', 'WITHSCORES')];
    case 'list':
      return ['list', run('LRANGE', key, '0', '-1')];
    case 'stream':
      return ['stream', run('XINFO', 'STREAM', key, 'FULL', 'COUNT', '0')];
    default:
      return ['string', run('GET', key)];
  }
}

function pairsOf(reply: unknown): string[] {
  const { entries } = reply as { readonly entries: readonly string[] }; // the reply of HGETALL is a map
  return entries.flatMap((field, i) => (i % 2 === 0 ? [JSON.stringify([field, entries[i + 1]])] : [])).sort();
}

/** Names beside `path` that begin with its name: what was set aside. */
export async function setAside(path: string): Promise<string[]> {
  const names = await readdir(dirname(path));
  return names.filter((name) => name.startsWith(`${basename(path)}.`));
}
