import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { temporaryPath } from './temporary-path';

const mounts: string[] = [];

/** Mounting takes root, on Linux. */
export const mayMount = process.getuid?.() === 0 && process.platform === 'linux';

/** A directory that is a disk of its own, as large as `size` says (`4m`). Removed by `removeSmallDisks`. */
export async function smallDisk(size: string): Promise<string> {
  const disk = await temporaryPath();
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', disk]);
  mounts.push(disk);
  return disk;
}

/** For `afterAll`. */
export function removeSmallDisks(): void {
  for (const mount of mounts.splice(0)) execFileSync('umount', [mount]);
}
