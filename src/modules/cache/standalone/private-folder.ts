import { mkdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ownIdentity } from '../../../container/process-identity';
import { nameFor, type SOCKET_NAMES } from './folder-names';
import { removeFolder, removeStaleFolders } from './stale-folders';

/** Bytes of the longest path a socket may have. */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103;
const LONGEST_NAME = 'control';
const PIPES = '\\\\.\\pipe\\';

/**
 * A folder of the temporary directory (0700) for sockets that only this user reaches. Who is to find it is told where it
 * is, so a part of its name is random; the rest names its maker, for those who clean up after a crash. On Windows there is
 * none: named pipes go with their process.
 */
export class PrivateFolder {
  private constructor(private readonly prefix: string) {}

  /** Makes one. @throws errors of the system */
  static make(): PrivateFolder {
    const name = nameFor(ownIdentity());
    if (process.platform === 'win32') return new PrivateFolder(`${PIPES}${name}-`);
    let failure: unknown;
    for (const base of bases(name)) {
      try {
        mkdirSync(join(base, name), { mode: 0o700 });
        return new PrivateFolder(join(base, name, '/'));
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /** Removes those beside it that are of processes that are gone. Never fails. */
  async removeStale(): Promise<void> {
    if (process.platform !== 'win32') await removeStaleFolders(dirname(dirname(this.pathOf('redis'))), ownIdentity());
  }

  pathOf(name: (typeof SOCKET_NAMES)[number]): string {
    return `${this.prefix}${name}`;
  }

  /** Removes it and the sockets in it, which nobody serves any more. What else somebody put there stays. */
  async remove(): Promise<void> {
    if (process.platform !== 'win32') await removeFolder(this.prefix);
  }

  /** The same at once, for a process that ends. */
  removeAtOnce(): void {
    if (process.platform === 'win32') return;
    for (const remove of [() => unlinkSync(this.pathOf('redis')), () => rmdirSync(this.prefix)])
      try {
        remove();
      } catch {
        // It is gone, or not ours to remove.
      }
  }
}

/** Where a folder may be: the temporary directory, unless paths there are too long for a socket; then the system's own. */
function bases(name: string): string[] {
  const fits = (base: string) => Buffer.byteLength(join(base, name, LONGEST_NAME)) <= MAX_PATH_BYTES;
  return [...new Set([resolve(tmpdir()), '/tmp'])].filter(fits);
}
