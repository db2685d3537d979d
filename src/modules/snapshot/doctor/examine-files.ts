import { accessSync, constants, openSync, readdirSync, readSync, closeSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MAGIC } from '../backup/format';
import { findLocks } from '../directory/lock-holders';
import { MARKER, REPLACEMENT } from '../directory/recognise';
import { freeBytesAt, isShortOfRoom } from '../health';
import { type Finding, note, problem } from './finding';
import { KNOWN_FILES, type KnownFile, knownBeside, UNFINISHED } from './known-files';

/** Findings about the directory itself and what lies in it and beside it, whatever is in our files. */
export function examineFiles(path: string, replacedBy: string | undefined): Finding[] {
  return [...examineAccess(path), ...leftovers(path), ...examineReplacement(path, replacedBy)];
}

/** Lock files whose processes have ended. */
export async function examineLocks(path: string): Promise<Finding[]> {
  return (await findLocks(path)).map(({ path: file, holder }) => {
    const whose =
      holder === undefined ? 'a process that ended while starting' : `process ${String(holder.pid)} on ${holder.host}`;
    return note(
      'lock_stale',
      `${file} is the lock of ${whose}, which has ended.`,
      'Nothing need be done: the next start removes it.',
    );
  });
}

/** Whether the disk has room for the next snapshots. */
export function examineRoom(path: string, dataBytes: number): Finding[] {
  const free = freeBytesAt(path);
  if (free === undefined || !isShortOfRoom(dataBytes, free)) return [];
  const what = `${String(free)} bytes are free on the disk of ${path}, less than twice the data file's ${String(dataBytes)}.`;
  return [note('disk_low', what, 'Make room: a snapshot that changes much needs as much as the data takes.')];
}

function examineAccess(path: string): Finding[] {
  const findings: Finding[] = [];
  const mode = statSync(path).mode & 0o777;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    const what = `${path} has mode ${mode.toString(8)}: other users may look into it.`;
    findings.push(note('mode_open', what, `Run "chmod 700 ${path}"; the next start tries the same.`));
  }
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    const what = `${path} cannot be written by this user, so that no process of his can use it.`;
    findings.push(
      problem(
        'not_writable',
        what,
        'Give the directory to the user who runs the application, or mount it for writing.',
      ),
    );
  }
  return findings;
}

function leftovers(path: string): Finding[] {
  const parent = dirname(path);
  const inside = readdirSync(path).flatMap((name) => leftover(path, name, KNOWN_FILES, unknown));
  const beside = namesIn(parent).flatMap((name) => leftover(parent, name, knownBeside(basename(path)), () => []));
  return [...inside, ...beside];
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // others' directories may be closed to us
  }
}

function leftover(
  path: string,
  name: string,
  known: readonly KnownFile[],
  otherwise: (file: string) => Finding[],
): Finding[] {
  const file = join(path, name);
  const match = known.find(({ pattern }) => pattern.test(name));
  if (match === undefined) return otherwise(file);
  if (match.leftover === undefined || (UNFINISHED.test(name) && !isBackup(file))) return [];
  const { finding, what, remedy } = match.leftover;
  return [note(finding, `${file} ${what}.`, remedy.replace('IT', file))];
}

function unknown(file: string): Finding[] {
  return [
    note('file_unknown', `${file} is none of Respite's files.`, 'It is left alone; keep other things elsewhere.'),
  ];
}

/** Whether a file begins as our backups do. */
function isBackup(file: string): boolean {
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const start = Buffer.alloc(MAGIC.length);
      readSync(descriptor, start, 0, start.length, 0);
      return start.latin1Slice() === MAGIC;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false; // it is gone, or none of ours
  }
}

function examineReplacement(path: string, replacedBy: string | undefined): Finding[] {
  const file = join(path, REPLACEMENT);
  if (replacedBy !== undefined) {
    const what = `${MARKER} says that the data file was written anew, and its process ended before that took its place.`;
    return [note('rewrite_unfinished', what, 'Nothing need be done: the next start finishes it.')];
  }
  if (!readdirSync(path).includes(REPLACEMENT)) return [];
  const what = `${file} was to become the data file, and its process ended before it was whole.`;
  return [
    note('rewrite_abandoned', what, 'Nothing need be done: the next start removes it, and the data is what it was.'),
  ];
}
