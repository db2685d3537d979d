import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, pause, systemClock } from '../../../container';
import { livenessOf, type ProcessIdentity } from '../../../container/process-identity';
import { holdsOpen } from './held-open';
import { type LockHolder, readHolder } from './lock-file';
import { identityIfThere } from './own-file';
import { codeOf } from '../system-error';

/** Names of lock files: `lock.1`, `lock.2`, ... */
export const LOCK_FILE = /^lock\.(\d+)$/;

/** How it is found out whether the holder of a lock lives. */
export interface WatchOptions {
  /** Default the system's, by which other processes judge the lock, whatever a test does to the application's. */
  readonly clock?: Clock;
  /** A holder of another host or container that did not touch its file for so long is gone, ms. Default 15,000. */
  readonly staleAfter?: number;
  readonly signal?: AbortSignal;
}

/** One file in the directory; `holder` is undefined while its process is still writing it, or was killed doing so. */
export interface FoundLock {
  readonly path: string;
  readonly number: number;
  readonly holder: LockHolder | undefined;
}

const DEFAULT_STALE_AFTER = 15_000;

/** The lock files of a directory. @throws RespiteError `SNAPSHOT_FILE_UNSAFE`; errors of the system */
export async function findLocks(directory: string): Promise<readonly FoundLock[]> {
  const found: FoundLock[] = [];
  for (const name of await readdir(directory)) {
    const number = LOCK_FILE.exec(name)?.[1];
    const path = join(directory, name);
    if (number !== undefined) found.push({ path, number: Number(number), holder: await readHolder(path) });
  }
  return found;
}

/** The first of these locks whose holder lives; takes as long as `staleAfter` when only its heartbeat tells. */
export async function firstLiving(
  locks: readonly FoundLock[],
  identity: ProcessIdentity,
  options: WatchOptions,
): Promise<FoundLock | undefined> {
  for (const lock of locks) if (isAlive(lock, identity) ?? (await beats(lock.path, options))) return lock;
  return undefined;
}

/** Whether the holder of a lock lives; `undefined` when only its heartbeat tells. */
function isAlive({ path, holder }: FoundLock, identity: ProcessIdentity): boolean | undefined {
  if (holder === undefined) return undefined;
  const liveness = livenessOf(holder, identity);
  if (liveness === 'unknown') return undefined;
  if (liveness !== 'process') return liveness === 'alive';
  const file = identityIfThere(path);
  return file === undefined ? false : holdsOpen(holder.pid, file);
}

/**
 * Watches a file until it is touched (true) or was left alone for `staleAfter` (false). Its age alone proves nothing:
 * clocks differ, and a suspended machine wakes up with old files whose holders live.
 */
async function beats(path: string, options: WatchOptions): Promise<boolean> {
  const { clock = systemClock, staleAfter = DEFAULT_STALE_AFTER, signal } = options;
  const step = Math.max(1, Math.min(250, staleAfter / 10));
  const before = await modified(path);
  for (let waited = 0; before !== undefined && waited < staleAfter; waited += step) {
    await pause(clock, step, signal);
    const now = await modified(path);
    if (now === undefined) return false;
    if (now !== before) return true;
  }
  return false;
}

async function modified(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
