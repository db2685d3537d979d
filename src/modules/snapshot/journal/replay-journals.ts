import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SnapshotSource } from '../../../engine/snapshot/source';
import { RespiteError } from '../../../errors';
import type { DataDirectory } from '../directory/data-directory';
import { messageOf } from '../system-error';
import { type JournalContent, readJournal } from './frame';

/** Commands run again between two turns of the event loop. */
const COMMANDS_PER_TURN = 5_000;

interface Replay {
  readonly directory: DataDirectory;
  readonly source: SnapshotSource;
  /** Number of the first file that the snapshot does not hold. */
  readonly first: number;
}

/**
 * Runs what the journals say since the snapshot. A frame that was being written when the machine stopped is cut off.
 * @returns how many commands, and the number of the next file: none is ever continued
 * @throws RespiteError `RESTORE_CORRUPT`, `RESTORE_FAILED`
 */
export async function replayJournals({
  directory,
  source,
  first,
}: Replay): Promise<{ replayed: number; next: number }> {
  const files = (await directory.journals()).filter(({ number }) => number >= first);
  let replayed = 0;
  for (const [i, { name, number }] of files.entries()) {
    const path = join(directory.path, name);
    const expected = { number: first + i, datasetId: directory.datasetId, isLast: i === files.length - 1 };
    const content = wholeJournal(path, number, await readFile(path), expected);
    replayed += await run(source, content, path);
    if (content.ending === 'torn') await cut(path, content.end);
  }
  return { replayed, next: first + files.length };
}

/** What a file has to be. */
export interface ExpectedJournal {
  readonly number: number;
  readonly datasetId: string;
  /** The last one may end in the middle of a frame: each is synced before the next one takes its first. */
  readonly isLast: boolean;
}

/** Reads a journal file. @param number that of its name @throws RespiteError `RESTORE_CORRUPT` when it is not what it has to be */
export function wholeJournal(path: string, number: number, bytes: Buffer, expected: ExpectedJournal): JournalContent {
  const content = readJournal(bytes);
  const { header, ending } = content;
  if (number !== expected.number) throw corrupt(path, `journal-${String(expected.number)} is missing before it`);
  if (ending === 'damaged' || (ending === 'torn' && !expected.isLast))
    throw corrupt(path, 'it is damaged before its end');
  if (header === undefined) return content;
  if (header.number !== number) throw corrupt(path, `it says that it is number ${String(header.number)}`);
  if (header.datasetId !== expected.datasetId) throw corrupt(path, 'it belongs to another data directory');
  return content;
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
