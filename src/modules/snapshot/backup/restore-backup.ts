import { RecordBatchReader } from '../../../engine/snapshot/record-batch';
import { RespiteError } from '../../../errors';
import { DataDirectory } from '../directory/data-directory';
import { checkKey } from '../directory/check-key';
import { SnapshotStore } from '../store/snapshot-store';
import {
  type BackupEnd,
  type BackupFrame,
  type BackupHeader,
  type BackupLayout,
  damaged,
  FrameReader,
  FrameType,
} from './format';
import { BackupOpener } from './sealing';

/** Where a backup is restored to. */
export interface RestoreTarget {
  /** A directory that is new, or in which nothing was written yet. */
  readonly dataDirectory: string;
  /** What the backup, if it is encrypted, and the directory are encrypted with; none = neither is. */
  readonly encryptionKey?: Uint8Array | undefined;
  /** What the backup is called in messages. */
  readonly name: string;
}

/** What was restored. */
export interface RestoredBackup {
  /** Its point in time, milliseconds since the epoch. */
  readonly time: number;
  readonly keys: number;
}

/**
 * Writes a backup into a data directory. Nothing counts there before all of the backup was read and found whole.
 * @throws RespiteError `BACKUP_DAMAGED`, `BACKUP_TARGET_USED`, `ENCRYPTION_KEY_MISSING`, `ENCRYPTION_KEY_WRONG`, `SNAPSHOT_WRITE_FAILED`,
 * and those of `DataDirectory.open`
 */
export async function restoreBackup(backup: AsyncIterable<Buffer>, target: RestoreTarget): Promise<RestoredBackup> {
  const frames = framesOf(backup);
  const header = await readHeader(frames, target);
  const directory = await DataDirectory.open(target.dataDirectory, { encryptionKey: target.encryptionKey });
  try {
    await assertUnused(directory);
    await fill(directory, frames, header);
    const { time, keys } = header;
    return { time, keys };
  } finally {
    await directory.close();
  }
}

/** Reads all of a backup. @throws RespiteError `BACKUP_DAMAGED` */
async function* framesOf(backup: AsyncIterable<Buffer>): AsyncGenerator<BackupFrame, void> {
  const reader = new FrameReader();
  for await (const piece of backup) yield* reader.take(piece);
  reader.finish();
}

interface ReadHeader extends BackupHeader {
  /** Undoes the encryption of the frames that follow. */
  open(frame: BackupFrame): Buffer;
}

async function readHeader(frames: AsyncGenerator<BackupFrame, void>, target: RestoreTarget): Promise<ReadHeader> {
  const frame = await nextOf(frames, FrameType.header);
  const header = JSON.parse(frame.body.toString()) as BackupHeader; // the checksum vouches for it
  // Others' versions may write more: it is only checked when it is known.
  if ((header.format as number) !== 1)
    throw damaged(`it has format ${String(header.format)}, which this version does not read`);
  const { datasetId, encryption, keyCheck, salt } = header;
  if (encryption === undefined || salt === undefined) return { ...header, open: ({ body }) => body };
  checkKey(
    target.name,
    { format: 1, sealed: true, datasetId, encryption, ...(keyCheck !== undefined && { keyCheck }) },
    target.encryptionKey,
  );
  // `checkKey` has seen to it that there is one.
  const opener = new BackupOpener(
    target.encryptionKey ?? Buffer.alloc(0),
    datasetId,
    Buffer.from(salt, 'hex'),
    frame.body,
  );
  return { ...header, open: ({ type, body }) => opener.open(type, body) };
}

async function assertUnused(directory: DataDirectory): Promise<void> {
  if (!(await directory.hasSnapshot()) && !(await directory.hasJournals())) return;
  throw new RespiteError('BACKUP_TARGET_USED', {
    message: `${directory.path} holds data, which a backup does not replace. Name a new directory with --data-dir, or move this one away.`,
  });
}

async function fill(
  directory: DataDirectory,
  frames: AsyncGenerator<BackupFrame, void>,
  header: ReadHeader,
): Promise<void> {
  const { dataFile: path, dataFileIdentity: file, datasetId, encryptionKey } = directory;
  const store = new SnapshotStore({ path, file, datasetId, sequence: 0, encryptionKey });
  try {
    const { time, keys } = header;
    const layout = JSON.parse(header.open(await nextOf(frames, FrameType.layout)).toString()) as BackupLayout;
    store.begin({ time, keys, layout, full: true, journal: 1, journalExists: false });
    await addRecords(store, frames, header);
    const { sequence } = await store.commit();
    await directory.noteSnapshot();
    await directory.noteSequence(sequence);
  } finally {
    await store.close();
  }
}

async function addRecords(
  store: SnapshotStore,
  frames: AsyncGenerator<BackupFrame, void>,
  header: ReadHeader,
): Promise<void> {
  let records = 0;
  let end: BackupEnd | undefined;
  for await (const frame of frames) {
    const body = header.open(frame);
    if (frame.type === FrameType.records) {
      const reader = new RecordBatchReader(body);
      while (reader.next()) records++;
      // A copy of its own: the buffer is transferred.
      await store.add(new Uint8Array(body));
    } else if (frame.type === FrameType.end) end = JSON.parse(body.toString()) as BackupEnd;
    else throw damaged(`it has a part of type ${String(frame.type)}`);
  }
  if (end?.records !== records)
    throw damaged(`it holds ${String(records)} records where ${String(end?.records)} were written`);
}

async function nextOf(frames: AsyncGenerator<BackupFrame, void>, type: FrameType): Promise<BackupFrame> {
  const next = await frames.next();
  if (next.done === true) throw damaged('it ends before its end');
  if (next.value.type === type) return next.value;
  throw damaged(`it has a part of type ${String(next.value.type)} where ${String(type)} belongs`);
}
