import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { asError, RespiteError } from '../../../errors';

/** Bytes read at once. */
const CHUNK_BYTES = 256 * 1024;

/** How a file is written. */
export type FileFormat = 'ndjson' | 'rdb';

/** A file that is read, maybe more than once. */
export interface InputFile {
  readonly format: FileFormat;
  /** Its bytes from the start, unpacked. */
  bytes(): AsyncIterable<Uint8Array>;
  /** Removes what was kept for reading. */
  close(): Promise<void>;
}

/**
 * Opens what is to be imported: a file, or a stream, which is kept in a temporary file of this user until it was read. The
 * format is known by the content, gzip included.
 * @throws RespiteError `IMPORT_FILE_UNREADABLE`, `IMPORT_FILE_INVALID` when it is none of the formats
 */
export async function openInput(from: string | Readable): Promise<InputFile> {
  const kept = typeof from === 'string' ? undefined : await keep(from);
  const path = typeof from === 'string' ? from : join(kept ?? '', 'input');
  const close = async () => {
    if (kept !== undefined) await rm(kept, { recursive: true, force: true });
  };
  try {
    const name = kept === undefined ? path : 'the input';
    if (!(await readable(path, name)).isFile())
      throw unreadable(name, 'it is no file; use - to read what another program writes');
    const packed = isGzip(await firstBytes(readFile(path, name), 2));
    const bytes = () => (packed ? unpack(path, name) : readFile(path, name));
    return { format: formatOf(await firstBytes(bytes(), 64), name), bytes, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function keep(stream: Readable): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'respite-import-'));
  try {
    await pipeline(stream, createWriteStream(join(folder, 'input'), { mode: 0o600 }));
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw unreadable('the input', asError(error).message, error);
  }
}

async function readable(path: string, name: string) {
  try {
    return await stat(path);
  } catch (error) {
    throw unreadable(name, asError(error).message, error);
  }
}

async function* readFile(path: string, name: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    // Buffers, as long as no encoding is set.
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) yield chunk as Buffer;
  } catch (error) {
    throw unreadable(name, asError(error).message, error);
  }
}

async function* unpack(path: string, name: string): AsyncGenerator<Uint8Array, void, undefined> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
  file.once('error', (error) => unpacked.destroy(error));
  try {
    // Buffers, as long as no encoding is set.
    for await (const chunk of file.pipe(unpacked)) yield chunk as Buffer;
  } catch (error) {
    const { message } = asError(error);
    throw new RespiteError('IMPORT_FILE_INVALID', { message: `${name} cannot be unpacked: ${message}.`, cause: error });
  } finally {
    file.destroy();
  }
}

async function firstBytes(chunks: AsyncIterable<Uint8Array>, count: number): Promise<Buffer> {
  let found = Buffer.alloc(0);
  for await (const chunk of chunks) {
    found = Buffer.concat([found, chunk]);
    if (found.length >= count) break;
  }
  return found;
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function formatOf(bytes: Buffer, name: string): FileFormat {
  const start = bytes.latin1Slice();
  if (/^(REDIS|VALKEY)/.test(start)) return 'rdb';
  if (/^(\xef\xbb\xbf)?\s*\{/.test(start)) return 'ndjson';
  const what = bytes.length === 0 ? 'it is empty' : 'it begins neither as an RDB file nor as lines of JSON';
  throw new RespiteError('IMPORT_FILE_INVALID', { message: `${name} cannot be imported: ${what}.` });
}

function unreadable(name: string, reason: string, cause?: unknown): RespiteError {
  return new RespiteError('IMPORT_FILE_UNREADABLE', { message: `${name} cannot be read: ${reason}.`, cause });
}
