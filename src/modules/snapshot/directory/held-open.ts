import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../system-error';
import type { FileIdentity } from './own-file';

/**
 * Whether a process of this machine holds a file open. Node closes the files of a thread that ends, however it ends,
 * while the process lives on: so an open file tells of a living thread.
 * @returns `undefined` where the system does not tell
 */
export function holdsOpen(pid: number, { device, inode }: FileIdentity): boolean | undefined {
  const directory = descriptorsOf(pid);
  if (directory === undefined) return undefined;
  try {
    return readdirSync(directory).some((name) => {
      const stats = statSync(join(directory, name), { bigint: true, throwIfNoEntry: false });
      return stats?.dev === device && stats.ino === inode;
    });
  } catch (error) {
    // The process has ended meanwhile, or is another user's.
    return codeOf(error) === 'ENOENT' ? false : undefined;
  }
}

function descriptorsOf(pid: number): string | undefined {
  if (process.platform === 'linux') return `/proc/${String(pid)}/fd`;
  return process.platform !== 'win32' && pid === process.pid ? '/dev/fd' : undefined;
}
