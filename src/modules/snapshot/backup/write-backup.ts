import { RecordBatchReader } from '../../../engine/snapshot/record-batch';
import { RespiteError } from '../../../errors';
import { ALGORITHM, keyCheckOf } from '../encryption/encryption-key';
import { readSnapshot } from '../store/read-snapshot';
import type { ReaderSettings } from '../store/reader-protocol';
import type { DatasetKey } from '../store/sealed-records';
import type { Stamp } from '../store/stamp';
import { type BackupEnd, type BackupHeader, type BackupLayout, FrameType, FrameWriter, MAGIC } from './format';
import { BackupSealer } from './sealing';

/** What a backup holds. */
export interface BackupResult {
  /** Its point in time, milliseconds since the epoch. */
  readonly time: number;
  readonly keys: number;
  /** Length of the backup. */
  readonly bytes: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** Takes a backup piece by piece; resolves when it has room for more. */
export type BackupSink = (piece: Buffer) => Promise<void>;

/**
 * Writes what a data file holds, which is read and checked in a process of its own. Nobody may write to the file meanwhile.
 * @throws RespiteError `RESTORE_CORRUPT`, `RESTORE_FAILED`, `SNAPSHOT_NOT_READY` when there is no snapshot in it; whatever the sink throws
 */
export async function writeBackup(
  settings: ReaderSettings,
  sink: BackupSink,
  signal?: AbortSignal,
): Promise<Omit<BackupResult, 'duration'>> {
  const backup = new BackupStream(sink, settings.encryption);
  await readSnapshot(
    settings,
    {
      begin(stamp) {
        backup.begin(stamp);
      },
      batch: (batch) => backup.records(batch),
    },
    signal,
  );
  return backup.end();
}

/** Frames on their way to the sink. */
class BackupStream {
  readonly #writer = new FrameWriter();
  readonly #sealer: BackupSealer | undefined;
  #stamp: Stamp | undefined;
  #written: Promise<void> = Promise.resolve();
  #records = 0;
  #bytes = 0;

  constructor(
    private readonly sink: BackupSink,
    private readonly encryption: DatasetKey | undefined,
  ) {
    this.#sealer = encryption && new BackupSealer(encryption.key, encryption.datasetId);
  }

  begin(stamp: Stamp | undefined): void {
    if (stamp === undefined)
      throw new RespiteError('SNAPSHOT_NOT_READY', { message: 'There is no snapshot to back up.' });
    this.#stamp = stamp;
    const { datasetId, time, keys = stamp.count, layout } = stamp;
    const header: BackupHeader = { format: 1, datasetId, time, keys, ...this.#encryptionFields() };
    const body = json(header);
    this.#sealer?.bindTo(body);
    const { datasets, libraries } = layout;
    const written: BackupLayout = { datasets, libraries };
    // A failure reaches who waits for the next frame.
    this.#written = this.#send(Buffer.from(MAGIC))
      .then(() => this.#send(this.#writer.frame(FrameType.header, body)))
      .then(() => this.#frame(FrameType.layout, json(written)));
    this.#written.catch(() => undefined);
  }

  async records(batch: Buffer): Promise<void> {
    await this.#written;
    const reader = new RecordBatchReader(batch);
    while (reader.next()) this.#records++;
    await this.#frame(FrameType.records, batch);
  }

  async end(): Promise<Omit<BackupResult, 'duration'>> {
    await this.#written;
    const end: BackupEnd = { records: this.#records };
    await this.#frame(FrameType.end, json(end));
    const { time = 0, keys, count = 0 } = this.#stamp ?? {};
    return { time, keys: keys ?? count, bytes: this.#bytes };
  }

  #encryptionFields(): Pick<BackupHeader, 'encryption' | 'keyCheck' | 'salt'> {
    if (this.encryption === undefined || this.#sealer === undefined) return {};
    const { key, datasetId } = this.encryption;
    return { encryption: ALGORITHM, keyCheck: keyCheckOf(key, datasetId), salt: this.#sealer.salt.toString('hex') };
  }

  #frame(type: FrameType, body: Buffer): Promise<void> {
    return this.#send(this.#writer.frame(type, this.#sealer?.seal(type, body) ?? body));
  }

  #send(piece: Buffer): Promise<void> {
    this.#bytes += piece.length;
    return this.sink(piece);
  }
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
