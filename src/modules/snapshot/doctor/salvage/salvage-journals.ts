import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DirectoryFacts } from '../../directory/directory-facts';
import { type Frame, framesBehind, frameSize, HEADER_BYTES, readJournal } from '../../journal/frame';
import { journalPath } from '../../journal/journal-file';
import { countingJournals, wholeJournal, type WantedJournals } from '../../journal/replay-journals';
import { openFirstFrames } from '../../journal/sealed-frames';
import { messageOf } from '../../system-error';

/** Frames of one file. */
export interface SalvagedJournal {
  readonly path: string;
  readonly frames: readonly Frame[];
  /** Bytes behind them that were being written when the machine stopped. */
  readonly torn: number;
}

/** Why the journals cannot be followed to their end. */
export interface JournalStop {
  readonly path: string;
  readonly reason: string;
  /** Whole frames behind the damage, in this file and in those that follow. */
  readonly lostFrames: number;
  /** Time of the last of them, milliseconds since the epoch. */
  readonly lostUntil: number | undefined;
}

/** The journals behind a snapshot, as far as they can be followed. */
export interface SalvagedJournals {
  readonly files: readonly SalvagedJournal[];
  /** Time of the last frame that can be used, milliseconds since the epoch. */
  readonly until: number | undefined;
  readonly stop: JournalStop | undefined;
}

/**
 * Reads the journals of a directory up to the first damage. Changes nothing.
 * @param wanted which there have to be; `undefined` = those there are
 * @throws errors of the system when a file cannot be read
 */
export async function salvageJournals(
  directory: DirectoryFacts,
  wanted: WantedJournals | undefined,
): Promise<SalvagedJournals> {
  const all = await directory.journals();
  const plain = all.filter(({ isProvisional }) => !isProvisional);
  const start = wanted?.first ?? plain[0]?.number ?? 1;
  const found = wanted === undefined ? plain : countingJournals(all, wanted);
  const files: SalvagedJournal[] = [];
  let stop: JournalStop | undefined;
  for (const [i, { name, number }] of found.entries()) {
    const path = join(directory.path, name);
    const bytes = await readFile(path);
    if (stop !== undefined) {
      stop = withMore(stop, bytes, number);
      continue;
    }
    const { datasetId, encryptionKey } = directory;
    const isLast = i === found.length - 1;
    const expected = { number: start + i, datasetId, encryptionKey, isLast, isMade: number <= (wanted?.last ?? 0) };
    try {
      const { frames, end, ending } = wholeJournal(path, number, bytes, expected);
      files.push({ path, frames, torn: ending === 'torn' ? bytes.length - end : 0 });
    } catch (error) {
      const { frames, end } = number === expected.number ? usable(bytes, directory, number) : NONE;
      files.push({ path, frames, torn: 0 });
      stop = withMore({ path, reason: messageOf(error), lostFrames: 0, lostUntil: undefined }, bytes, number, end);
    }
  }
  stop ??= missing(directory, start + found.length, wanted?.last ?? 0);
  return { files, until: files.flatMap(({ frames }) => frames).at(-1)?.time, stop };
}

/** That no journal is missing behind those there are. */
function missing({ path: directory }: DirectoryFacts, next: number, last: number): JournalStop | undefined {
  if (next > last) return undefined;
  const path = journalPath(directory, next);
  return { path, reason: `The journal ${path} is missing.`, lostFrames: 0, lostUntil: undefined };
}

const NONE = { frames: [], end: 0 } as const;

/** The frames before the damage, when the file belongs here. */
function usable(bytes: Buffer, { datasetId, encryptionKey: key }: DirectoryFacts, number: number) {
  const { header, frames, end } = readJournal(bytes);
  const belongs = header?.number === number && header.datasetId === datasetId;
  if (!belongs || (header.salt === undefined) !== (key === undefined)) return NONE;
  if (key === undefined || header.salt === undefined) return { frames, end };
  const opened = openFirstFrames(frames, { key, datasetId, number, salt: header.salt });
  const openedBytes = frames.slice(0, opened.length).map(({ payload }) => frameSize(payload.length));
  return { frames: opened, end: openedBytes.reduce((at, bytesOf) => at + bytesOf, HEADER_BYTES) };
}

function withMore(stop: JournalStop, bytes: Buffer, number: number, from = 0): JournalStop {
  const { count, last } = framesBehind(bytes, from, number);
  const lostUntil = last === undefined ? stop.lostUntil : Math.max(last, stop.lostUntil ?? 0);
  return { ...stop, lostFrames: stop.lostFrames + count, lostUntil };
}
