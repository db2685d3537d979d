import { constants, copyFileSync, fsyncSync, openSync, closeSync, renameSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeFile } from './own-file';
import { systemFiles } from '../journal/file-layer';
import { stampOf } from '../store/check-snapshot';
import type { Stamp } from '../store/stamp';

/** Names of copies of the data file as it was after a snapshot, by its sequence: `generation-7`. */
export const GENERATION_FILE = /^generation-(\d+)(\.new)?$/;

/** What the name of a copy ends with until it is whole. */
export const UNFINISHED_COPY = '.new';

/** A copy of the data file. */
export interface Generation {
  readonly name: string;
  readonly path: string;
  /** Of its snapshot. */
  readonly sequence: number;
}

/** The copies in a directory, the newest first. */
export async function generationsIn(directory: string): Promise<Generation[]> {
  const found = (await readdir(directory)).flatMap((name) => {
    const [, sequence, unfinished] = GENERATION_FILE.exec(name) ?? [];
    if (sequence === undefined || unfinished !== undefined) return [];
    return [{ name, path: join(directory, name), sequence: Number(sequence) }];
  });
  return found.sort((a, b) => b.sequence - a.sequence);
}

/** Removes what a process that ended in the middle of a copy left. Nobody may be making one. */
export async function removeUnfinishedCopies(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (GENERATION_FILE.exec(name)?.[2] !== undefined) await removeFile(join(directory, name));
}

/** Path of the copy of a snapshot. */
export function generationPath(directory: string, sequence: number): string {
  return join(directory, `generation-${String(sequence)}`);
}

/** What a copy says of itself; `undefined` when its first pages are damaged. */
export function stampOfGeneration({ path }: Generation): Stamp | undefined {
  return stampOf(path);
}

/**
 * Copies a data file that nobody writes to; a crash leaves the whole copy under its name, or none. Shares the blocks where the file system
 * can. @throws errors of the system
 */
export function copyDataFile(from: string, to: string): void {
  const unfinished = `${to}${UNFINISHED_COPY}`;
  try {
    copyFileSync(from, unfinished, constants.COPYFILE_FICLONE);
    const descriptor = openSync(unfinished, 'r+');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(unfinished, to);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  systemFiles.syncDirectory(dirname(to));
}
