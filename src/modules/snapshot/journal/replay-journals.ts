import { open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SnapshotSource } from '../../../engine/snapshot/source';
import { RespiteError } from '../../../errors';
import type { DirectoryFacts } from '../directory/directory-facts';
import type { Stamp } from '../store/stamp';
import { messageOf } from '../system-error';
import { systemFiles } from './file-layer';
import { type JournalContent, type JournalHeader, readJournal } from './frame';
import { adoptJournal, type JournalPlace, journalPath } from './journal-file';
import { openFrames } from './sealed-frames';

/** Commands run again between two turns of the event loop. */
const COMMANDS_PER_TURN = 5_000;

/** A journal file that is what it has to be. */
interface ReadJournal extends JournalContent {
  readonly path: string;
  /** Number of one that has not got its plain name yet. */
  readonly adopts: number | undefined;
}

/** Which files there have to be. */
export interface WantedJournals {
  /** Number of the first file that the snapshot does not hold. */
  readonly first: number;
  /** Whether the snapshot says that this one is there. */
  readonly isNamed: boolean;
  /** They are there up to this one; 0 = there may be none. */
  readonly last: number;
}

/** Which journals there have to be after a snapshot. @param lastJournal as the marker says it */
export function journalsAfter(stamp: Stamp | undefined, lastJournal: number): WantedJournals {
  const first = stamp?.journal ?? 1;
  const isNamed = stamp?.journalExists === true;
  return { first, isNamed, last: Math.max(isNamed ? first : 0, lastJournal) };
}

/** The files that count, in their order: of provisional ones the one that the snapshot names as its first. */
export function countingJournals<T extends JournalPlace>(
  found: readonly T[],
  { first, isNamed }: Pick<WantedJournals, 'first' | 'isNamed'>,
): T[] {
  const later = found.filter(({ number, isProvisional }) => number >= first && !isProvisional);
  if (later[0]?.number === first || !isNamed) return later;
  const named = found.find(({ number, isProvisional }) => number === first && isProvisional);
  return named === undefined ? later : [named, ...later];
}

/** The journals that came after a snapshot. */
export interface Journals {
  readonly files: readonly ReadJournal[];
  /** The last file, when it was being made: it has no header yet, and the next one takes its place. */
  readonly unmade: string | undefined;
  /** Number of the next file: none is ever continued. */
  readonly next: number;
}

/**
 * Reads and checks all journals, before anything of them is run: what is damaged must leave no trace.
 * @throws RespiteError `RESTORE_CORRUPT`, `RESTORE_FAILED`
 */
export async function readJournals(directory: DirectoryFacts, wanted: WantedJournals): Promise<Journals> {
  const { first, last } = wanted;
  const found = countingJournals(await directory.journals(), wanted);
  const files: ReadJournal[] = [];
  let unmade: string | undefined;
  for (const [i, { name, number, isProvisional }] of found.entries()) {
    const path = join(directory.path, name);
    const { datasetId, encryptionKey } = directory;
    const isLast = i === found.length - 1;
    const expected = { number: first + i, datasetId, encryptionKey, isLast, isMade: number <= last };
    const content = wholeJournal(path, number, await bytesOf(path), expected);
    if (content.header === undefined) unmade = path;
    else files.push({ path, adopts: isProvisional ? number : undefined, ...content });
  }
  const next = first + files.length;
  if (next <= last) throw corrupt(journalPath(directory.path, next), 'it is missing');
  return { files, unmade, next };
}

/** A file that cannot be read is no damaged one. */
async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new RespiteError('RESTORE_FAILED', {
      message: `The journal ${path} cannot be read: ${messageOf(cause)}. Nothing was changed on disk.`,
      cause,
    });
  }
}

/**
 * Runs what the journals say. A frame that was being written when the machine stopped is cut off.
 * @returns how many commands
 * @throws RespiteError `RESTORE_FAILED`
 */
export async function replayJournals(source: SnapshotSource, { files, unmade }: Journals): Promise<number> {
  let replayed = 0;
  for (const { path, adopts, ...content } of files) {
    replayed += await run(source, content, path);
    if (content.ending === 'torn') await cut(path, content.end);
    if (adopts !== undefined) adoptJournal(systemFiles, dirname(path), adopts);
  }
  if (unmade !== undefined) await rm(unmade);
  return replayed;
}

/** What a file has to be. */
export interface ExpectedJournal {
  readonly number: number;
  readonly datasetId: string;
  /** What it is encrypted with; none = it is not. */
  readonly encryptionKey?: Uint8Array | undefined;
  /** The last one may end in the middle of a frame: each is synced before the next one takes its first. */
  readonly isLast: boolean;
  /** Something that is written only when a file is there says so; the last one may otherwise be without a header. */
  readonly isMade: boolean;
}

/** Reads a journal file. @param number that of its name @throws RespiteError `RESTORE_CORRUPT` when it is not what it has to be */
export function wholeJournal(path: string, number: number, bytes: Buffer, expected: ExpectedJournal): JournalContent {
  const content = readJournal(bytes);
  const { header, ending } = content;
  if (number !== expected.number) throw corrupt(path, `journal-${String(expected.number)} is missing before it`);
  if (ending === 'damaged' || (ending === 'torn' && !expected.isLast))
    throw corrupt(path, 'it is damaged before its end');
  if (header === undefined) {
    if (expected.isMade) throw corrupt(path, 'its header is damaged');
    return content;
  }
  if (header.number !== number) throw corrupt(path, `it says that it is number ${String(header.number)}`);
  if (header.datasetId !== expected.datasetId) throw corrupt(path, 'it belongs to another data directory');
  return opened(path, content, header, expected.encryptionKey);
}

/** The content as it was before it was encrypted. */
function opened(
  path: string,
  content: JournalContent,
  { number, datasetId, salt }: JournalHeader,
  key: Uint8Array | undefined,
): JournalContent {
  if ((salt === undefined) !== (key === undefined))
    throw corrupt(path, `it is ${salt === undefined ? 'not encrypted' : 'encrypted'}, unlike what respite.json says`);
  if (salt === undefined || key === undefined) return content;
  const frames = openFrames(content.frames, { key, datasetId, number, salt });
  if (frames === undefined) throw corrupt(path, 'a frame was not encrypted with this key, or is another one');
  return { ...content, frames };
}

async function run(source: SnapshotSource, { frames }: JournalContent, path: string): Promise<number> {
  let count = 0;
  let inTurn = 0;
  for (const { payload, time } of frames) {
    try {
      const commands = source.replay(payload, time);
      count += commands;
      inTurn += commands;
    } catch (cause) {
      throw new RespiteError('RESTORE_FAILED', {
        message: `The journal ${path} is intact but cannot be replayed: ${messageOf(cause)}. Nothing was changed on disk.`,
        cause,
      });
    }
    if (inTurn < COMMANDS_PER_TURN) continue;
    await nextTurn();
    inTurn = 0;
  }
  return count;
}

/** What was being written is gone for good: another file follows this one, and it must end where it is whole. */
async function cut(path: string, length: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(length);
    await file.sync();
  } finally {
    await file.close();
  }
}

function corrupt(path: string, reason: string): RespiteError {
  return new RespiteError('RESTORE_CORRUPT', { message: `The journal ${path} could not be replayed: ${reason}.` });
}
