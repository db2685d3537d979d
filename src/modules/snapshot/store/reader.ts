import { writeSync } from 'node:fs';
import { RecordBatchWriter } from '../../../engine/record-batch';
import { openEnvironment } from './environment';
import { DamagedFileError } from './data-file';
import { readPages } from './page-check';
import { Frame, FRAME_HEADER_BYTES, type ReadFailure } from './reader-protocol';
import { DamagedRecordError, isStamp, relayRecord, STAMP_KEY, type StoredEntry } from './record-format';
import { decodeStamp } from './stamp';
import { codeOf, messageOf } from '../system-error';

/** Batches are handed on when they are about this large (bytes): small enough to be loaded between two requests. */
const BATCH_BYTES = 128 * 1024;
const STANDARD_OUTPUT = 1;

/**
 * The reader's process: validates a data file and writes its records to standard output. It is a process of its own
 * because LMDB maps the file into memory, so that damage may end it with SIGBUS or SIGSEGV.
 */
function read(path: string): void {
  const relay = new Relay();
  readPages(path, (entry) => {
    relay.entry(entry);
  });
  const stamp = relay.finish();
  if (!isWhatLmdbFinds(path, stamp)) throw new DamagedFileError('LMDB does not find the stamp that is there');
}

/** Hands on the entries of a file, the stamp first. */
class Relay {
  readonly #batch = new RecordBatchWriter();
  #stamp: StoredEntry | undefined;
  #expected: number | undefined;
  #count = 0;

  entry(entry: StoredEntry): void {
    if (isStamp(entry)) {
      this.#stamp = entry;
      return;
    }
    if (this.#expected === undefined) this.#begin();
    relayRecord(entry, this.#batch);
    this.#count++;
    if (this.#batch.byteLength >= BATCH_BYTES) writeFrame(Frame.batch, this.#batch.finish());
  }

  /** @returns the stamp. @throws DamagedFileError when records are missing. */
  finish(): StoredEntry | undefined {
    const expected = this.#expected ?? this.#begin();
    if (this.#batch.byteLength > 0) writeFrame(Frame.batch, this.#batch.finish());
    if (this.#count !== expected) {
      throw new DamagedFileError(`it holds ${String(this.#count)} records where ${String(expected)} were written`);
    }
    return this.#stamp;
  }

  /** The stamp has come, if there is one: it sorts before all records. */
  #begin(): number {
    const stamp = this.#stamp === undefined ? undefined : decodeStamp(this.#stamp);
    writeFrame(Frame.begin, Buffer.from(JSON.stringify(stamp ?? null)));
    return (this.#expected = stamp?.count ?? 0);
  }
}

/** Pages are read without LMDB; the next snapshot is written with it, into the same state or none. */
function isWhatLmdbFinds(path: string, stamp: StoredEntry | undefined): boolean {
  const found = openEnvironment(path, { readOnly: true }).getBinary(STAMP_KEY);
  if (found === undefined || stamp === undefined) return found === stamp;
  return found.equals(stamp.bytes.subarray(stamp.valueAt, stamp.end));
}

/** Blocks while the pipe is full, which is all the back-pressure there has to be. */
function writeFrame(type: number, body: Uint8Array): void {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + body.length);
  frame.writeUInt8(type, 0);
  frame.writeUInt32LE(body.length, 1);
  frame.set(body, FRAME_HEADER_BYTES);
  for (let at = 0; at < frame.length;) {
    try {
      at += writeSync(STANDARD_OUTPUT, frame, at);
    } catch (error) {
      // Where the pipe was opened non-blocking.
      if (codeOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** LMDB's own error numbers: corrupted, page not found, and the like. Errors of the system are positive. */
const LMDB_ERRORS_BELOW = -30_000;

function failure(error: unknown): ReadFailure {
  const damaged =
    error instanceof DamagedFileError ||
    error instanceof DamagedRecordError ||
    Number(codeOf(error)) < LMDB_ERRORS_BELOW;
  return { reason: damaged ? 'damaged' : 'error', message: messageOf(error) };
}

function main(path: string | undefined): void {
  if (path === undefined) throw new Error('usage: reader FILE');
  try {
    read(path);
    writeFrame(Frame.end, Buffer.alloc(0));
  } catch (error) {
    writeFrame(Frame.failed, Buffer.from(JSON.stringify(failure(error))));
  }
}

main(process.argv[2]);
