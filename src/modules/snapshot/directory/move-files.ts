import { readdir, rename, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { JOURNAL_FILE } from '../journal/journal-file';
import { codeOf } from '../system-error';
import type { NamedJournal } from './directory-facts';
import { GENERATION_FILE, generationsIn } from './generations';
import { makeNew, syncIfAllowed } from './make-directory';
import { syncDirectory } from './own-file';
import { DATA, LMDB_LOCK, MARKER, WITNESS } from './recognise';

/** The journal files of a data directory, in the order of their numbers. */
export async function journalsIn(path: string): Promise<readonly NamedJournal[]> {
  const found = (await readdir(path)).flatMap((name) => {
    const [, number, suffix] = JOURNAL_FILE.exec(name) ?? [];
    return number === undefined ? [] : [{ name, number: Number(number), isProvisional: suffix !== undefined }];
  });
  return found.sort((a, b) => a.number - b.number);
}

/** The files that are a data directory's data. The marker goes last: whatever stops a move, what is left is still known to be ours. */
export async function dataFilesIn(path: string): Promise<readonly string[]> {
  const names = (await readdir(path)).filter((name) => JOURNAL_FILE.test(name) || GENERATION_FILE.test(name));
  return [...names, DATA, LMDB_LOCK, WITNESS, MARKER];
}

/**
 * Moves files to `<data_dir>.<reason>-<time>`. Where that neighbour cannot be had (the directory is a mount point, its parent is
 * read-only) they go to `<data_dir>/<reason>-<time>`.
 * @returns where they are now @throws Error when there can be no such place; errors of the system
 */
export async function moveAside(
  path: string,
  reason: 'corrupt' | 'kept',
  time: number,
  names: readonly string[],
): Promise<string> {
  const name = `${reason}-${new Date(time).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  const target = (await moveTo(path, `${path}.${name}`, names)) ?? (await moveTo(path, join(path, name), names));
  if (target === undefined) throw new Error('the directory cannot be written');
  return target;
}

/** Moves a data file, the copies that are newer than a snapshot, and with `journals` those, as `moveAside` does. */
export async function moveNewer(
  path: string,
  sequence: number,
  { journals, time }: { readonly journals: boolean; readonly time: number },
): Promise<string> {
  const newer = (await generationsIn(path)).filter((generation) => generation.sequence > sequence);
  const names = [...newer, ...(journals ? await journalsIn(path) : [])].map(({ name }) => name);
  return moveAside(path, 'corrupt', time, [...names, DATA]);
}

/** @returns the new directory, or `undefined` when nothing was moved because it cannot be */
async function moveTo(path: string, wanted: string, names: readonly string[]): Promise<string | undefined> {
  const target = await makeNew(wanted);
  if (target === undefined) return undefined;
  for (const name of names) {
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
