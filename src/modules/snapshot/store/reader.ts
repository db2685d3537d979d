import { writeSync } from 'node:fs';
import { RecordBatchWriter } from '../../../engine/snapshot/record-batch';
import { isDamage, readEntries } from './check-snapshot';
import { DamagedFileError } from './data-file';
import { openEnvironment } from './environment';
import {
  Frame,
  FRAME_HEADER_BYTES,
  FRAMES_DESCRIPTOR,
  HELLO,
  type ReaderSettings,
  type ReadFailure,
  SETTINGS,
  type WrittenSettings,
} from './reader-protocol';
import { codecOf } from './record-codec';
import { STAMP_KEY, type StoredEntry } from './record-format';
import { codeOf, messageOf } from '../system-error';

/** Batches are handed on when they are about this large (bytes): small enough to be loaded between two requests. */
const BATCH_BYTES = 128 * 1024;

/**
 * The reader's process: validates a data file and writes its records as frames. It is a process of its own because LMDB
 * maps the file into memory, so that damage may end it with SIGBUS or SIGSEGV.
 */
function read({ path, encryption }: ReaderSettings): void {
  const decoder = codecOf(encryption).decoder();
  const batch = new RecordBatchWriter();
  const flush = (): void => {
    writeFrame(Frame.batch, batch.finish());
  };
  const stamp = readEntries(path, {
    stamp(found) {
      writeFrame(Frame.begin, Buffer.from(JSON.stringify(found === undefined ? null : decoder.stamp(found))));
    },
    record(entry) {
      decoder.relay(entry, batch);
      if (batch.byteLength >= BATCH_BYTES) flush();
    },
  });
  if (batch.byteLength > 0) flush();
  if (!isWhatLmdbFinds(path, stamp)) throw new DamagedFileError('LMDB does not find the stamp that is there');
}

/** Pages are read without LMDB; the next snapshot is written with it, into the same state or none. */
function isWhatLmdbFinds(path: string, stamp: StoredEntry | undefined): boolean {
  const found = openEnvironment(path, { readOnly: true }).getBinary(STAMP_KEY);
  if (found === undefined || stamp === undefined) return found === stamp;
  return found.equals(stamp.bytes.subarray(stamp.valueAt, stamp.end));
}

/** What whoever started us has set, with the key in the form of JSON. */
function settingsOf(global: Readonly<Record<string, unknown>>): ReaderSettings | undefined {
  const written = global[SETTINGS] as WrittenSettings | undefined; // by `readSnapshot`
  if (written === undefined) return undefined;
  const { path, encryption } = written;
  if (encryption === undefined) return { path };
  return { path, encryption: { ...encryption, key: Buffer.from(encryption.key, 'hex') } };
}

/** Blocks while the pipe is full, which is all the back-pressure there has to be. */
function writeFrame(type: number, body: Uint8Array): void {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + body.length);
  frame.writeUInt8(type, 0);
  frame.writeUInt32LE(body.length, 1);
  frame.set(body, FRAME_HEADER_BYTES);
  for (let at = 0; at < frame.length;) {
    try {
      at += writeSync(FRAMES_DESCRIPTOR, frame, at);
    } catch (error) {
      // Where the pipe was opened non-blocking.
      if (codeOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/**
 * What LMDB finds in a file, of its own error numbers: page not found, corrupted, another version, no LMDB file. Others,
 * as when a table of its lock file is full, say nothing about the data; those of the system are positive.
 */
const LMDB_FOUND_DAMAGE: ReadonlySet<unknown> = new Set([-30_797, -30_796, -30_794, -30_793]);

function failure(error: unknown): ReadFailure {
  const damaged = isDamage(error) || LMDB_FOUND_DAMAGE.has(codeOf(error));
  return { reason: damaged ? 'damaged' : 'error', message: messageOf(error) };
}

function main(settings: ReaderSettings | undefined): void {
  if (settings === undefined) throw new Error('started without settings');
  writeFrame(Frame.hello, Buffer.from(HELLO));
  try {
    read(settings);
    writeFrame(Frame.end, Buffer.alloc(0));
  } catch (error) {
    writeFrame(Frame.failed, Buffer.from(JSON.stringify(failure(error))));
  }
}

main(settingsOf(globalThis)); // any object has properties
