import { join } from 'node:path';
import { RespiteError } from '../../../errors';
import { ownFileSize } from '../directory/own-file';
import { DATA, recognise } from '../directory/recognise';
import { stampOf } from '../store/check-snapshot';

/** What is in a data directory, by what its last snapshot says of itself. */
export interface DirectoryContent {
  /** In the last snapshot; those that have expired since are counted. */
  readonly keys: number;
  /** Size of the data file. */
  readonly bytes: number;
  /** Point in time of the last snapshot, milliseconds since the epoch; 0 = none was written. */
  readonly lastSnapshot: number;
}

/**
 * Looks into a data directory that nobody uses, and changes nothing.
 * @throws RespiteError `SNAPSHOT_DIR_MISSING`, `RESTORE_CORRUPT`, and those of `recognise`
 */
export async function lookInto(directory: string): Promise<DirectoryContent> {
  const recognised = await recognise(directory);
  if (recognised === undefined) {
    throw new RespiteError('SNAPSHOT_DIR_MISSING', {
      message: `${directory} was never used as a data directory. Name another one with --data-dir.`,
    });
  }
  const path = join(directory, DATA);
  const bytes = (await ownFileSize(path)) ?? 0;
  const stamp = bytes === 0 ? undefined : stampOf(path);
  if (stamp !== undefined) return { keys: stamp.keys ?? stamp.count, bytes, lastSnapshot: stamp.time };
  if (recognised.marker.written !== true) return { keys: 0, bytes, lastSnapshot: 0 };
  throw new RespiteError('RESTORE_CORRUPT', {
    message: `${path} does not hold the snapshot that was written there. The next start sets it aside, unless on_corruption is "fail".`,
  });
}
