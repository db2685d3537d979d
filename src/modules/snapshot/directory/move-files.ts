import { readdir, rename, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { JOURNAL_FILE, type JournalPlace } from '../journal/journal-file';
import { codeOf } from '../system-error';
import { makeNew, syncIfAllowed } from './make-directory';
import { syncDirectory } from './own-file';
import { DATA, LMDB_LOCK, MARKER, WITNESS } from './recognise';

/** The journal files of a data directory, in the order of their numbers. */
export async function journalsIn(path: string): Promise<readonly ({ readonly name: string } & JournalPlace)[]> {
  const found = (await readdir(path)).flatMap((name) => {
    const [, number, suffix] = JOURNAL_FILE.exec(name) ?? [];
    return number === undefined ? [] : [{ name, number: Number(number), isProvisional: suffix !== undefined }];
  });
  return found.sort((a, b) => a.number - b.number);
}

/**
 * Moves the files of a data directory into a new one.
 * @returns its path, or `undefined` when nothing was moved because it cannot be.
 */
export async function moveFiles(path: string, wanted: string): Promise<string | undefined> {
  const target = await makeNew(wanted);
  if (target === undefined) return undefined;
  // The marker goes last: whatever stops us, what is left is still known to be ours.
  for (const name of [...(await journalsIn(path)).map(({ name }) => name), DATA, LMDB_LOCK, WITNESS, MARKER]) {
    try {
      await rename(join(path, name), join(target, name));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') continue;
      if (name !== DATA || codeOf(error) !== 'EXDEV') throw error;
      await rmdir(target);
      return undefined;
    }
  }
  // The names in it, its own name, and that they are no longer here; in this order.
  await syncDirectory(target);
  await syncIfAllowed(dirname(target));
  await syncDirectory(path);
  return target;
}
