import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { JOURNAL_FILE } from '../journal/journal-file';
import { GENERATION_FILE, UNFINISHED_COPY } from './generations';
import { createDataFile } from './complete-files';
import { type FileIdentity, identityOf, ownFileSize, removeFile, syncDirectory } from './own-file';
import { DATA, REPLACEMENT } from './recognise';

/** A data file that is being written to take the place of the present one. */
export interface Replacement {
  readonly path: string;
  readonly file: FileIdentity;
}

/**
 * Makes an empty file beside the data file. It takes its place in three steps, so that a crash leaves one of the two: it is
 * written as a whole; the marker, replaced in one step, says that it counts from now on (`replacedBy`); it is renamed.
 */
export async function beginReplacement(directory: string): Promise<Replacement> {
  await discardReplacement(directory);
  const path = join(directory, REPLACEMENT);
  await createDataFile(path);
  return { path, file: identityOf(path) };
}

/** Removes what was begun and never counted. */
export async function discardReplacement(directory: string): Promise<void> {
  for (const suffix of ['', '-lock', UNFINISHED_COPY]) await removeFile(join(directory, `${REPLACEMENT}${suffix}`));
}

/** Has the file take the place of one that is gone; what came after it stays. */
export async function adoptReplacement(directory: string): Promise<void> {
  const path = join(directory, REPLACEMENT);
  await rename(path, join(directory, DATA));
  await removeFile(`${path}-lock`);
  await syncDirectory(directory);
}

/** The last step, again where a crash came between: afterwards the marker need not speak of it any more. */
export async function finishReplacement(directory: string): Promise<void> {
  const path = join(directory, REPLACEMENT);
  if ((await ownFileSize(path)) !== undefined) await rename(path, join(directory, DATA));
  await removeFile(`${path}-lock`);
  // It holds all that journals said, which may be in clear, as copies of what was before may be.
  for (const name of await readdir(directory))
    if (JOURNAL_FILE.test(name) || GENERATION_FILE.test(name)) await removeFile(join(directory, name));
  await syncDirectory(directory);
}
