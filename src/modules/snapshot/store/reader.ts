import { writeSync } from 'node:fs';
import { RecordBatchWriter } from '../../../engine/record-batch';
import { openEnvironment } from './environment';
import { DamagedFileError } from './data-file';
import { checkPages } from './page-check';
import { Frame, FRAME_HEADER_BYTES, type ReadFailure } from './reader-protocol';
import { DamagedRecordError, decodeRecord, STAMP_KEY } from './record-format';
import { decodeStamp } from './stamp';
import { codeOf, messageOf } from '../system-error';

/** Batches are handed on when they are about this large (bytes): small enough to be loaded between two requests. */
const BATCH_BYTES = 256 * 1024;
const STANDARD_OUTPUT = 1;

/**
 * The reader's process: validates a data file and writes its records to standard output. It is a process of its own
 * because LMDB maps the file into memory, so that damage may end it with SIGBUS or SIGSEGV.
 */
function read(path: string): void {
  checkPages(path);
  const database = openEnvironment(path, { readOnly: true });
  const entry = database.getBinary(STAMP_KEY);
  const stamp = entry === undefined ? undefined : decodeStamp(entry);
  writeFrame(Frame.begin, Buffer.from(JSON.stringify(stamp ?? null)));
  const batch = new RecordBatchWriter();
  let count = 0;
  for (const { key, value } of database.getRange({})) {
    if (key.length === STAMP_KEY.length) continue;
    batch.append(decodeRecord(Buffer.from(key.buffer, key.byteOffset, key.byteLength), value));
    count++;
    if (batch.byteLength >= BATCH_BYTES) writeFrame(Frame.batch, batch.finish());
  }
  if (batch.byteLength > 0) writeFrame(Frame.batch, batch.finish());
  if (count !== (stamp?.count ?? 0)) {
    throw new DamagedFileError(`it holds ${String(count)} records where ${String(stamp?.count ?? 0)} were written`);
  }
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
