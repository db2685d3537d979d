import { DamagedFileError } from './data-file';
import { readPages } from './page-check';
import { DamagedRecordError, isStamp, type StoredEntry, unsealedEnd } from './record-format';
import { decodeStamp, type Stamp } from './stamp';

/** Takes what a data file holds, in order. */
export interface EntryReceiver {
  /** First of all: the stamp, `undefined` when there is none. Not yet vouched for. */
  stamp(stamp: Stamp | undefined): void;
  /** A record or a segment. */
  record(entry: StoredEntry): void;
}

/**
 * Reads a data file without LMDB and checks all that can be checked so: its pages, and the number of its records.
 * @returns the entry of the stamp, `undefined` when there is none
 * @throws DamagedFileError, DamagedRecordError; whatever the receiver throws; errors of the system
 */
export function readEntries(path: string, receiver: EntryReceiver): StoredEntry | undefined {
  let stampEntry: StoredEntry | undefined;
  let expected: number | undefined;
  let count = 0;
  const begin = (): number => {
    // The stamp has come, if there is one: it sorts before all records.
    const stamp = stampEntry === undefined ? undefined : decodeStamp(stampEntry);
    receiver.stamp(stamp);
    return (expected = stamp?.count ?? 0);
  };
  readPages(path, (entry) => {
    if (isStamp(entry)) {
      stampEntry = entry;
      return;
    }
    if (expected === undefined) begin();
    receiver.record(entry);
    count++;
  });
  expected ??= begin();
  if (count !== expected) {
    throw new DamagedFileError(`it holds ${String(count)} records where ${String(expected)} were written`);
  }
  return stampEntry;
}

/** Whether an error says that a file is not what was written, rather than that it could not be read. */
export function isDamage(error: unknown): error is DamagedFileError | DamagedRecordError {
  return error instanceof DamagedFileError || error instanceof DamagedRecordError;
}

/**
 * Looks for damage in a data file without LMDB, which may crash on it. Keeps the thread busy meanwhile.
 * @returns what was found, `undefined` when nothing was. @throws errors of the system when it cannot be read.
 */
export function damageIn(path: string): string | undefined {
  try {
    readEntries(path, { stamp: () => undefined, record: unsealedEnd });
    return undefined;
  } catch (error) {
    if (isDamage(error)) return error.message;
    throw error;
  }
}

/** Ends the walk at the first entry. */
class FirstEntry extends Error {
  constructor(readonly entry: StoredEntry) {
    super();
  }
}

/** The stamp of a data file, when its first pages are whole: it says whose the file is, not that it is sound. */
export function stampOf(path: string): Stamp | undefined {
  try {
    readPages(path, (entry) => {
      throw new FirstEntry(entry);
    });
  } catch (error) {
    if (error instanceof FirstEntry) return isStamp(error.entry) ? soundStamp(error.entry) : undefined;
    if (!isDamage(error)) throw error;
  }
  return undefined;
}

function soundStamp(entry: StoredEntry): Stamp | undefined {
  try {
    return decodeStamp(entry);
  } catch {
    return undefined;
  }
}
