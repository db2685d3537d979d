import { constants } from 'node:fs';
import { join } from 'node:path';
import { RespiteError } from '../../../errors';
import { checkKey } from '../directory/check-key';
import { journalsIn } from '../directory/move-files';
import type { Marker } from '../directory/marker';
import { openOwnFile } from '../directory/own-file';
import { DATA } from '../directory/recognise';
import { ALGORITHM } from '../encryption/encryption-key';
import { decodeHeader, HEADER_BYTES } from '../journal/frame';
import { JOURNAL_VERSION } from '../store/record-format';
import { ObservedDirectory } from './observed-directory';
import { salvageFile, type SalvagedFile } from './salvage/salvage-file';

/**
 * A directory of which data is to be saved, whatever became of its marker.
 * @throws RespiteError `SNAPSHOT_DIR_MISSING` when it was never used, `SNAPSHOT_DIR_FOREIGN` when nothing in it is ours, those of
 * `checkKey` and `recognise`
 */
export async function identify(path: string, key: Uint8Array | undefined): Promise<ObservedDirectory> {
  let directory: ObservedDirectory | undefined;
  try {
    directory = await ObservedDirectory.look(path, key);
  } catch (error) {
    if (!RespiteError.is(error) || error.code !== 'SNAPSHOT_DIR_FOREIGN') throw error;
    const marker = await markerByContent(path);
    if (marker === undefined) throw error;
    directory = await ObservedDirectory.as(path, { marker, markerTrouble: 'damaged' }, key);
  }
  if (directory === undefined) {
    throw new RespiteError('SNAPSHOT_DIR_MISSING', {
      message: `${path} was never used as a data directory. Name another one with --data-dir.`,
    });
  }
  checkKey(path, directory.marker, key);
  return directory;
}

/** What the marker must have said, by whatever else is there. */
async function markerByContent(path: string): Promise<Marker | undefined> {
  const file = salvaged(join(path, DATA));
  const stamp = file?.found.stamp;
  const journal = await firstHeader(path);
  const hasRecords = file !== undefined && file.found.whole.size + file.found.older.size > 0;
  if (stamp === undefined && journal === undefined && !hasRecords) return undefined;
  const { keyCheck } = stamp ?? {};
  const isEncrypted = stamp === undefined ? journal?.salt !== undefined : stamp.encryption !== undefined;
  return {
    format: JOURNAL_VERSION,
    datasetId: stamp?.datasetId ?? journal?.datasetId ?? '',
    encryption: isEncrypted ? ALGORITHM : 'none',
    ...(keyCheck !== undefined && { keyCheck }),
    written: file !== undefined,
    sealed: true,
  };
}

function salvaged(dataFile: string): SalvagedFile | undefined {
  try {
    return salvageFile(dataFile, undefined);
  } catch {
    return undefined; // there is none that can be read
  }
}

async function firstHeader(path: string) {
  for (const { name } of await journalsIn(path)) {
    const file = await openOwnFile(join(path, name), constants.O_RDONLY);
    try {
      const bytes = Buffer.alloc(HEADER_BYTES);
      await file.read(bytes, 0, HEADER_BYTES, 0);
      const header = decodeHeader(bytes);
      if (header !== undefined) return header;
    } finally {
      await file.close();
    }
  }
  return undefined;
}
