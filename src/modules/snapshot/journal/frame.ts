import { crc32 } from 'node:zlib';
import { SALT_BYTES } from '../encryption/cipher';

/**
 * One file of a journal: a header, then frames, each with what one turn of the event loop changed. Frames begin at
 * multiples of 8; what follows the last one is zeros. docs/reference/journal-format.md is the whole description.
 *
 * | header (64 bytes)                      | frame                                                |
 * |----------------------------------------|------------------------------------------------------|
 * | 0  `RESPJNL1`                          | 0  `RJF1`                                            |
 * | 8  number of the file, u32             | 4  length of the payload, u32                        |
 * | 12 CRC-32 of the header without this   | 8  CRC-32, seeded with the file's number, u32        |
 * | 16 identity of the data directory      | 12 where what had been synced before ended, u32, / 8 |
 * |                                        | 16 time, ms since the epoch, f64                     |
 * |                                        | 24 payload: commands in RESP                         |
 *
 * An encrypted one begins with `RESPJNL2`; of its identity, a UUID, 16 bytes are written, and then 16 of salt. The
 * payloads are sealed as `sealed-frames.ts` says.
 */
export const HEADER_BYTES = 64;
export const FRAME_BYTES = 24;
const HEADER_MAGIC = 'RESPJNL1';
const SEALED_MAGIC = 'RESPJNL2';
const SALT_AT = 32;
const FRAME_MAGIC = 0x31464a52; // `RJF1`
const ALIGNMENT = 8;
const IDENTITY_AT = 16;
const IDENTITY_BYTES = 40;

/** What a journal file says of itself. */
export interface JournalHeader {
  readonly number: number;
  /** Identity of the data directory, as in its marker. */
  readonly datasetId: string;
  /** Of an encrypted one: what the key of its frames is made with. */
  readonly salt?: Buffer;
}

/** The header of a new file. */
export function encodeHeader({ number, datasetId, salt }: JournalHeader): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(salt === undefined ? HEADER_MAGIC : SEALED_MAGIC, 0, 'latin1');
  header.writeUInt32LE(number, 8);
  if (salt === undefined) header.write(datasetId, IDENTITY_AT, IDENTITY_BYTES, 'latin1');
  else {
    header.write(datasetId.replaceAll('-', ''), IDENTITY_AT, SALT_AT - IDENTITY_AT, 'hex');
    header.set(salt, SALT_AT);
  }
  header.writeUInt32LE(crc32(header), 12);
  return header;
}

/** @returns undefined when the bytes are no header, or damaged */
export function decodeHeader(bytes: Buffer): JournalHeader | undefined {
  const magic = bytes.toString('latin1', 0, 8);
  if (bytes.length < HEADER_BYTES || (magic !== HEADER_MAGIC && magic !== SEALED_MAGIC)) return undefined;
  const header = Buffer.from(bytes.subarray(0, HEADER_BYTES));
  const sum = header.readUInt32LE(12);
  header.writeUInt32LE(0, 12);
  if (crc32(header) !== sum) return undefined;
  const number = header.readUInt32LE(8);
  if (magic === HEADER_MAGIC) {
    const datasetId = header.toString('latin1', IDENTITY_AT, IDENTITY_AT + IDENTITY_BYTES).replace(/\0+$/, '');
    return { number, datasetId };
  }
  const salt = header.subarray(SALT_AT, SALT_AT + SALT_BYTES);
  const datasetId = header
    .toString('hex', IDENTITY_AT, SALT_AT)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { number, datasetId, salt };
}

/** Bytes a frame takes, what aligns the next one included. */
export function frameSize(payload: number): number {
  return Math.ceil((FRAME_BYTES + payload) / ALIGNMENT) * ALIGNMENT;
}

/**
 * Completes a frame whose payload stands in place already.
 * @param frame the whole frame, `frameSize(payload)` long
 * @param time milliseconds since the epoch
 */
export function sealFrame(frame: Buffer, payload: number, number: number, time: number): void {
  frame.fill(0, FRAME_BYTES + payload);
  frame.writeUInt32LE(FRAME_MAGIC, 0);
  frame.writeUInt32LE(payload, 4);
  frame.writeUInt32LE(0, 8);
  frame.writeUInt32LE(0, 12);
  frame.writeDoubleLE(time, 16);
  sumFrame(frame, number);
}

/** Notes how much of the file had been synced when the frame was written: what lies before that cannot be torn. */
export function noteSynced(frame: Buffer, number: number, synced: number): void {
  frame.writeUInt32LE(synced / ALIGNMENT, 12);
  sumFrame(frame, number);
}

function sumFrame(frame: Buffer, number: number): void {
  frame.writeUInt32LE(0, 8);
  frame.writeUInt32LE(crc32(frame, number), 8);
}

/** What one turn changed. */
export interface Frame {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly payload: Buffer;
}

/** What stands in a journal file. */
export interface JournalContent {
  readonly header: JournalHeader | undefined;
  readonly frames: readonly Frame[];
  /** Where the whole frames end. */
  readonly end: number;
  /** What follows them: nothing; a frame that was being written; or damage in what had been synced. */
  readonly ending: 'clean' | 'torn' | 'damaged';
}

/** Reads a file as far as it is whole. */
export function readJournal(bytes: Buffer): JournalContent {
  const header = decodeHeader(bytes);
  // Header and name are on the disk before the first frame is taken: without a header there is none, or it is damaged.
  if (header === undefined) return { header, frames: [], end: 0, ending: hasFrames(bytes) ? 'damaged' : 'torn' };
  const frames: Frame[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const frame = frameAt(bytes, at, header.number);
    if (frame === undefined) break;
    frames.push({
      time: frame.readDoubleLE(16),
      payload: frame.subarray(FRAME_BYTES, FRAME_BYTES + frame.readUInt32LE(4)),
    });
    at += frame.length;
  }
  const rest = bytes.subarray(at);
  if (rest.every((byte) => byte === 0)) return { header, frames, end: at, ending: 'clean' };
  return { header, frames, end: at, ending: lastSynced(bytes, at, header.number) > at ? 'damaged' : 'torn' };
}

/** Whether anything looks like a frame. */
function hasFrames(bytes: Buffer): boolean {
  for (let at = HEADER_BYTES; at + FRAME_BYTES <= bytes.length; at += ALIGNMENT)
    if (bytes.readUInt32LE(at) === FRAME_MAGIC) return true;
  return false;
}

/** How many whole frames there are behind a place in a file, and the time of the last one, ms since the epoch. */
export function framesBehind(bytes: Buffer, from: number, number: number) {
  let count = 0;
  let last: number | undefined;
  for (let at = Math.ceil(from / ALIGNMENT) * ALIGNMENT; at + FRAME_BYTES <= bytes.length;) {
    const frame = bytes.readUInt32LE(at) === FRAME_MAGIC ? frameAt(bytes, at, number) : undefined;
    if (frame !== undefined) last = Math.max(last ?? 0, frame.readDoubleLE(16));
    count += frame === undefined ? 0 : 1;
    at += frame?.length ?? ALIGNMENT;
  }
  return { count, last };
}

/** The most that any whole frame behind `from` says had been synced before it. */
function lastSynced(bytes: Buffer, from: number, number: number): number {
  let most = 0;
  for (let at = Math.ceil(from / ALIGNMENT) * ALIGNMENT; at + FRAME_BYTES <= bytes.length; at += ALIGNMENT) {
    if (bytes.readUInt32LE(at) !== FRAME_MAGIC) continue;
    const frame = frameAt(bytes, at, number);
    if (frame !== undefined) most = Math.max(most, frame.readUInt32LE(12) * ALIGNMENT);
  }
  return most;
}

function frameAt(bytes: Buffer, at: number, number: number): Buffer | undefined {
  if (at + FRAME_BYTES > bytes.length || bytes.readUInt32LE(at) !== FRAME_MAGIC) return undefined;
  const size = frameSize(bytes.readUInt32LE(at + 4));
  if (at + size > bytes.length) return undefined;
  const frame = Buffer.from(bytes.subarray(at, at + size));
  const sum = frame.readUInt32LE(8);
  frame.writeUInt32LE(0, 8);
  return crc32(frame, number) === sum ? frame : undefined;
}
