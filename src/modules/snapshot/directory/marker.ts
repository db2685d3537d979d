import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { RespiteError } from '../../../errors';
import { ALGORITHM, keyCheckOf } from '../encryption/encryption-key';
import { FORMAT_VERSION, JOURNAL_VERSION, READABLE_VERSIONS } from '../store/record-format';
import { readOwnFile, replaceOwnFile } from './own-file';

/** The file that says a directory is ours and how to open its data file, read before LMDB sees anything. */
export interface Marker {
  readonly format: number;
  /** Also in each snapshot's stamp, so that data files cannot be mixed up. */
  readonly datasetId: string;
  readonly encryption: 'none' | typeof ALGORITHM;
  /** With an encryption: what tells its key. */
  readonly keyCheck?: string;
  /** A file of ours that is to take the place of the data file, see `replacement.ts`. */
  readonly replacedBy?: string;
  /** Whether a snapshot was taken, so that a data file without one has lost it. Versions before did not note it. */
  readonly written?: boolean;
  /** The last journal file that a start began: it is there until a snapshot takes its place. Versions before did not note it. */
  readonly journal?: number;
  /** Whether its checksum vouches for it; versions before wrote none. */
  readonly sealed: boolean;
}

const KIND = 'respite snapshot';
const ENCRYPTIONS = ['none', ALGORITHM] as const;
/** All that a marker without a checksum has: with more in it, it had one. */
const UNSEALED_FIELDS = ['kind', 'format', 'datasetId', 'encryption'].join();

/**
 * @returns `missing` when there is no file, `damaged` when it is not what was written or not ours.
 * @throws RespiteError `SNAPSHOT_FORMAT_UNSUPPORTED`, `SNAPSHOT_FILE_UNSAFE`
 */
export async function readMarker(path: string): Promise<Marker | 'missing' | 'damaged'> {
  const bytes = await readOwnFile(path);
  if (bytes === undefined) return 'missing';
  const { checksum, ...fields } = parse(bytes.toString());
  const { kind, format, datasetId, encryption, written, journal, keyCheck, replacedBy } = fields;
  const sealed = checksum !== undefined;
  const whole = sealed ? checksum === checksumOf(fields) : Object.keys(fields).join() === UNSEALED_FIELDS;
  const isMarker = kind === KIND && typeof encryption === 'string';
  if (!isMarker || typeof format !== 'number' || typeof datasetId !== 'string') return 'damaged';
  const known = ENCRYPTIONS.find((name) => name === encryption);
  const readable = READABLE_VERSIONS.has(format) && known !== undefined;
  if (!readable && ((whole && sealed) || !isSlip(format, encryption))) throw unsupported(path, format, encryption);
  if (!whole || !readable) return 'damaged';
  return {
    format,
    datasetId,
    encryption: known,
    sealed,
    ...(typeof written === 'boolean' && { written }),
    ...(typeof journal === 'number' && { journal }),
    ...(typeof keyCheck === 'string' && { keyCheck }),
    ...(typeof replacedBy === 'string' && { replacedBy }),
  };
}

/** Whether what a damaged marker says is one letter from what we write, rather than another version's. */
function isSlip(format: number, encryption: string): boolean {
  const letters = READABLE_VERSIONS.has(format) ? 0 : differences(String(format), String(FORMAT_VERSION));
  return letters + Math.min(...ENCRYPTIONS.map((name) => differences(encryption, name))) === 1;
}

/** In how many letters two texts of one length differ; of others, Infinity. */
export function differences(a: string, b: string): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a).filter((letter, i) => letter !== b[i]).length;
}

/** The marker of a new directory. @param key what its data is to be encrypted with; `undefined` = it is not */
export function newMarker(key: Uint8Array | undefined): Marker {
  const datasetId = randomUUID();
  return { format: FORMAT_VERSION, datasetId, ...encryptionFields(key, datasetId), written: false, sealed: true };
}

/** What a marker says of a key; `keyCheck` is `undefined` without one. */
export function encryptionFields(key: Uint8Array | undefined, datasetId: string) {
  if (key === undefined) return { encryption: 'none' } as const;
  return { encryption: ALGORITHM, keyCheck: keyCheckOf(key, datasetId) } as const;
}

/**
 * Writes a marker, durably; a crash leaves the old file or the whole new one.
 * @returns it, sealed
 */
export async function writeMarker(path: string, marker: Marker): Promise<Marker> {
  const { format, datasetId, encryption, written, journal, keyCheck, replacedBy } = marker;
  const fields = {
    kind: KIND,
    format,
    datasetId,
    encryption,
    ...(written === undefined ? {} : { written }),
    ...(journal === undefined ? {} : { journal }),
    ...(keyCheck === undefined || encryption === 'none' ? {} : { keyCheck }),
    ...(replacedBy === undefined ? {} : { replacedBy }),
  };
  const sealed = { ...fields, checksum: checksumOf(fields) };
  await replaceOwnFile(path, `${JSON.stringify(sealed, undefined, 2)}\n`);
  return { ...marker, sealed: true };
}

/** Of all other fields, in the order they are written in. */
function checksumOf(fields: object): string {
  return crc32(JSON.stringify(fields)).toString(16).padStart(8, '0');
}

function parse(text: string): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function unsupported(path: string, format: number, encryption: string): RespiteError {
  return new RespiteError('SNAPSHOT_FORMAT_UNSUPPORTED', {
    message:
      `${path} says format ${String(format)}, encryption ${encryption}; this version of Respite reads ` +
      `formats up to ${String(JOURNAL_VERSION)}, encryption none or ${ALGORITHM}. Use the version that wrote it, or another data directory.`,
  });
}
