import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../system-error';
import { syncDirectory } from './own-file';

/** Not `mkdir`'s own `recursive`, which never returns where nothing can be created, as below /proc. */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
  await syncIfAllowed(dirname(path));
}

/** Others' directories may be closed to us; a name in them is then as durable as the system makes it. */
export async function syncIfAllowed(path: string): Promise<void> {
  await syncDirectory(path).catch(() => undefined);
}

/** Closes a directory to others. @param onWarning told when that cannot be done */
export async function makePrivate(path: string, onWarning: ((message: string) => void) | undefined): Promise<void> {
  if (process.platform === 'win32' || ((await stat(path)).mode & 0o077) === 0) return;
  try {
    await chmod(path, 0o700);
  } catch {
    // A mounted volume may belong to somebody else; the files in it are still ours alone.
    onWarning?.(`the data directory ${path} is open to other users and its mode cannot be changed`);
  }
}

/** Creates a directory, with a number added when the name is taken. */
export async function makeNew(wanted: string): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const path = attempt === 1 ? wanted : `${wanted}-${String(attempt)}`;
    try {
      await mkdir(path, { mode: 0o700 });
      return path;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') return undefined;
    }
  }
}
