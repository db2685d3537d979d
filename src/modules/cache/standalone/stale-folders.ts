import { lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessIdentity } from '../../../container/process-identity';
import { makerOf, SOCKET_NAMES } from './folder-names';
import { isRefused } from './is-refused';

/** Milliseconds in which any process that has made a folder serves in it. */
const BEING_MADE_MS = 60_000;

/**
 * Removes what processes that were killed left in a directory: their folders of sockets. Never one that is served, or about
 * to be, that belongs to somebody else or that holds something else. Never fails: nothing depends on it.
 */
export async function removeStaleFolders(base: string, own: ProcessIdentity): Promise<void> {
  const names = await readdir(base).catch(() => []);
  for (const name of names) {
    const maker = makerOf(name, own);
    if (maker === undefined || maker === 'alive') continue;
    const path = join(base, name);
    if (await isAbandoned(path, maker).catch(() => false)) await removeFolder(path);
  }
}

/** Removes a folder with the sockets in it; one that holds something else stays. */
export async function removeFolder(path: string): Promise<void> {
  for (const name of SOCKET_NAMES) await unlink(join(path, name)).catch(() => undefined);
  await rmdir(path).catch(() => undefined);
}

async function isAbandoned(path: string, maker: 'dead' | 'unknown'): Promise<boolean> {
  const found = await lstat(path);
  if (!found.isDirectory() || found.uid !== process.geteuid?.()) return false;
  const names = await readdir(path);
  if (!(await areOurSockets(path, names))) return false;
  // Of a maker we cannot ask for, only its sockets tell.
  if (maker === 'unknown' && (names.length === 0 || Date.now() - found.mtimeMs < BEING_MADE_MS)) return false;
  for (const name of names) if (!(await isRefused(join(path, name)))) return false;
  return true;
}

async function areOurSockets(path: string, names: readonly string[]): Promise<boolean> {
  for (const name of names) {
    const isOurs = SOCKET_NAMES.some((ours) => ours === name);
    if (!isOurs || !(await lstat(join(path, name))).isSocket()) return false;
  }
  return true;
}
