import { crc32 } from 'node:zlib';
import type { DatasetLayout } from '../../../engine/snapshot/source';
import { RespiteError } from '../../../errors';
import type { ALGORITHM } from '../encryption/encryption-key';

/**
 * A backup is one file, or stream: eight bytes, then frames, each with a checksum that goes on from the one before, so that none is
 * missing, doubled or in another's place. docs/reference/backup-format.md is the whole description.
 *
 * | frame: 1 type | 4 length of the body | 4 CRC-32 | body |
 */
export const MAGIC = 'RESPBAK1';

/** What a frame is. The values are in files: never change one. */
export const FrameType = {
  /** JSON: a `BackupHeader`. */
  header: 1,
  /** JSON: the layout of the databases. */
  layout: 2,
  /** Packed records. */
  records: 3,
  /** JSON: a `BackupEnd`. What follows is no part of it. */
  end: 4,
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

/** What a backup says of itself. */
export interface BackupHeader {
  readonly format: 1;
  /** Of the directory it was made of. */
  readonly datasetId: string;
  /** Point in time, milliseconds since the epoch. */
  readonly time: number;
  /** Keys at that time. */
  readonly keys: number;
  /** How all other frames are encrypted; none = they are not. */
  readonly encryption?: typeof ALGORITHM;
  /** With `encryption`: what tells its key. */
  readonly keyCheck?: string;
  /** With `encryption`: what the key of the frames is made with, hexadecimal. */
  readonly salt?: string;
}

/** The frame `layout`. */
export type BackupLayout = DatasetLayout;

/** The frame `end`. */
export interface BackupEnd {
  readonly records: number;
}

const HEAD_BYTES = 9;
/** More than any of ours: the length of what is no frame could be anything. */
const MOST_BYTES = 2 ** 30;

/** Puts frames into bytes. */
export class FrameWriter {
  #checksum = 0;

  frame(type: FrameType, body: Uint8Array): Buffer {
    const frame = Buffer.allocUnsafe(HEAD_BYTES + body.length);
    frame[0] = type;
    frame.writeUInt32LE(body.length, 1);
    this.#checksum = crc32(body, crc32(frame.subarray(0, 5), this.#checksum));
    frame.writeUInt32LE(this.#checksum, 5);
    frame.set(body, HEAD_BYTES);
    return frame;
  }
}

/** A frame as it was read: its checksum was right. */
export interface BackupFrame {
  readonly type: number;
  readonly body: Buffer;
}

/** Cuts what comes in pieces of any length into frames. */
export class FrameReader {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #needed = MAGIC.length;
  #checksum = 0;
  #begun = false;
  #ended = false;
  #at = 0;

  /** @returns the frames that are now there as a whole @throws RespiteError `BACKUP_DAMAGED` */
  take(piece: Buffer): BackupFrame[] {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes < this.#needed) return [];
    let rest = Buffer.concat(this.#pieces);
    const frames: BackupFrame[] = [];
    for (;;) {
      const frame = this.#next(rest);
      if (frame === undefined) break;
      rest = rest.subarray(this.#needed);
      this.#at += this.#needed;
      this.#needed = HEAD_BYTES;
      if (frame !== 'magic') frames.push(frame);
    }
    this.#pieces = [rest];
    this.#bytes = rest.length;
    return frames;
  }

  /** @throws RespiteError `BACKUP_DAMAGED` when the last frame has not come */
  finish(): void {
    if (!this.#ended) throw damaged(`it ends after ${String(this.#at + this.#bytes)} bytes, before its end`);
  }

  /** Sets `#needed` to the length of what comes next, and returns that when it is there. */
  #next(rest: Buffer): BackupFrame | 'magic' | undefined {
    if (this.#ended && rest.length > 0) throw damaged(`something follows its end, at byte ${String(this.#at)}`);
    if (rest.length < this.#needed) return undefined;
    if (!this.#begun) {
      if (rest.latin1Slice(0, MAGIC.length) !== MAGIC) throw damaged('it does not begin as a backup does');
      this.#begun = true;
      return 'magic';
    }
    const length = rest.readUInt32LE(1);
    if (length > MOST_BYTES) throw this.#wrong();
    this.#needed = HEAD_BYTES + length;
    if (rest.length < this.#needed) return undefined;
    const type = rest.readUInt8(0);
    const body = rest.subarray(HEAD_BYTES, this.#needed);
    this.#checksum = crc32(body, crc32(rest.subarray(0, 5), this.#checksum));
    if (this.#checksum !== rest.readUInt32LE(5)) throw this.#wrong();
    this.#ended = type === FrameType.end;
    return { type, body };
  }

  #wrong(): RespiteError {
    return damaged(`a checksum does not match, in the part that begins at byte ${String(this.#at)}`);
  }
}

/** What is wrong with a backup. */
export function damaged(reason: string): RespiteError {
  return new RespiteError('BACKUP_DAMAGED', {
    message: `The backup cannot be used: ${reason}. Nothing of it was restored; take another one.`,
  });
}
