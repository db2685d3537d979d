import type { FileFormat } from './files/input-file';
import { ndjsonTarget, rdbTarget } from './files/file-target';
import type { Output } from './files/output-file';
import { readAhead } from './read-ahead';
import { Tally } from './tally';
import type { ProgressListener, Source } from './transfer';

/** What an export did. */
export interface ExportReport {
  readonly format: FileFormat;
  readonly keys: number;
  /** Function libraries. */
  readonly functions: number;
  /** Bytes written. */
  readonly bytes: number;
}

/** How an export is done. */
export interface ExportSettings {
  readonly format: FileFormat;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressListener | undefined;
  /** When the data is like this, milliseconds since the epoch. */
  readonly time: number;
  /** Whether there are hashes some of whose fields have deadlines: an RDB file is then for Redis 7.4 and later. */
  readonly timedFields: boolean;
  /** How many keys there are, where that is known. */
  readonly total?: number | undefined;
}

/**
 * Writes what a source has; when it fails, nothing is left.
 * @throws RespiteError `EXPORT_WRITE_FAILED`, `EXPORT_FAILED`, `EXPORT_FILE_EXISTS`, `MIGRATION_INTERRUPTED`
 */
export async function exportTo(source: Source, output: Output, settings: ExportSettings): Promise<ExportReport> {
  const { format, signal, onProgress, time, timedFields, total } = settings;
  let bytes = 0;
  const counted: Output = {
    write: (piece) => {
      bytes += piece.length;
      return output.write(piece);
    },
    finish: () => output.finish(),
    abandon: () => output.abandon(),
  };
  try {
    const target = (format === 'rdb' ? rdbTarget : ndjsonTarget)(counted, { time, timedFields });
    const tally = new Tally('writing', onProgress, total);
    for await (const batch of readAhead(source.batches(signal))) {
      await target.write(batch);
      tally.add(batch);
    }
    await target.finish();
    await counted.finish();
    const { keys, functions } = tally;
    return { format, keys, functions, bytes };
  } catch (error) {
    await counted.abandon();
    throw error;
  }
}
