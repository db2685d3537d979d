import { lstat, mkdir, rmdir, unlink } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { isRefused } from './is-refused';

/** Taking a socket over takes microseconds: a lock as old as this was left by a process that was killed meanwhile. */
const LOCK_LEFT_MS = 10_000;
const RETRY_MS = 10;
/** How often a socket that nobody serves is asked before it is removed. */
const PROBES = 20;

/**
 * Listens on a unix socket's path, in place of a socket left by a process that was killed, if there is one: it would make
 * the path look taken. What is no socket is not ours to remove, nor is one that is served. Of several processes that find
 * the same one at the same time only one removes it, so that none removes what another has just made.
 * @param listen begins to listen; fails where the path is taken
 */
export async function listenInPlaceOf(path: string, listen: () => Promise<void>): Promise<void> {
  if (!(await isStaleSocket(path))) return listen();
  const lock = `${path}.takeover`;
  await take(lock);
  try {
    if (await isAbandoned(path)) await unlink(path);
    await listen();
  } finally {
    await rmdir(lock).catch(() => undefined); // nothing is lost: it grows old
  }
}

/** Between making a socket and listening at it another process may be held up: it is asked again before it is given up. */
async function isAbandoned(path: string): Promise<boolean> {
  for (let i = 0; i < PROBES; i++) {
    if (!(await isStaleSocket(path))) return false;
    await wait(RETRY_MS);
  }
  return true;
}

async function isStaleSocket(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isSocket() === true && (await isRefused(path));
}

async function take(lock: string): Promise<void> {
  for (;;) {
    try {
      await mkdir(lock);
      return;
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code !== 'EEXIST') throw failure;
    }
    const held = await lstat(lock).catch(() => undefined);
    if (held !== undefined && Date.now() - held.mtimeMs > LOCK_LEFT_MS) await rmdir(lock).catch(() => undefined);
    else await wait(RETRY_MS);
  }
}
