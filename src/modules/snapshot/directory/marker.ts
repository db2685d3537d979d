import { randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RespiteError } from '../../../errors';
import { FORMAT_VERSION, READABLE_VERSIONS } from '../store/record-format';
import { codeOf } from '../system-error';

/** The file that says a directory is ours and how to open its data file, read before LMDB sees anything. */
export interface Marker {
  readonly format: number;
  /** Also in each snapshot's stamp, so that data files cannot be mixed up. */
  readonly datasetId: string;
  readonly encryption: 'none';
}

const KIND = 'respite snapshot';

/** @returns `undefined` when there is no file. @throws RespiteError `SNAPSHOT_DIR_FOREIGN`, `SNAPSHOT_FORMAT_UNSUPPORTED` */
export async function readMarker(path: string): Promise<Marker | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const { kind, format, datasetId, encryption } = parse(text);
  if (kind !== KIND || typeof format !== 'number' || typeof datasetId !== 'string') throw notOurs(path);
  if (!READABLE_VERSIONS.has(format) || encryption !== 'none') {
    throw new RespiteError('SNAPSHOT_FORMAT_UNSUPPORTED', {
      message:
        `${path} says format ${String(format)}, encryption ${String(encryption)}; this version of Respite reads ` +
        `formats up to ${String(FORMAT_VERSION)}, encryption none. Use the version that wrote it, or another data directory.`,
    });
  }
  return { format, datasetId, encryption };
}

/**
 * Writes a marker of the format of this version; a crash leaves the old file or the whole new one.
 * @param datasetId default: a new identity
 */
export async function writeMarker(path: string, datasetId: string = randomUUID()): Promise<Marker> {
  const marker: Marker = { format: FORMAT_VERSION, datasetId, encryption: 'none' };
  const unfinished = `${path}.new`;
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ kind: KIND, ...marker }, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  await syncDirectory(dirname(path));
  return marker;
}

/** Makes renames and new names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows neither can nor needs to sync a directory.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function parse(text: string): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function notOurs(path: string): RespiteError {
  return new RespiteError('SNAPSHOT_DIR_FOREIGN', {
    message:
      `${path} is damaged or not ours, so its directory is left alone. Set ` +
      'redis.standalone.persistence.data_dir to another directory, or move this one away.',
  });
}
