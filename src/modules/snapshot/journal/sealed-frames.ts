import { MessageOpener, MessageSealer, TAG_BYTES } from '../encryption/cipher';
import { type Frame, FRAME_BYTES } from './frame';

/** Which journal file a frame belongs to: it is of no use in another one. */
function purposeOf(datasetId: string, number: number): string {
  return `journal ${String(number)} of ${datasetId}`;
}

const TIME_AT = 16;

/** Encrypts the frames of one journal file, in their order: each is bound to its place and its time. */
export class FrameSealer {
  readonly #sealer: MessageSealer;

  constructor(key: Uint8Array, datasetId: string, number: number) {
    this.#sealer = new MessageSealer(key, purposeOf(datasetId, number));
  }

  /** What the file's header has to say. */
  get salt(): Buffer {
    return this.#sealer.salt;
  }

  /** Encrypts the payload in its place; behind it there is room for `TAG_BYTES`, which are part of the frame's length. */
  seal(frame: Buffer): void {
    const end = FRAME_BYTES + frame.readUInt32LE(4);
    const payload = frame.subarray(FRAME_BYTES, end - TAG_BYTES);
    this.#sealer.seal(payload, frame.subarray(TIME_AT, FRAME_BYTES), frame, FRAME_BYTES);
  }
}

/** What is needed to read the frames of a file. */
export interface FrameKey {
  readonly key: Uint8Array;
  readonly datasetId: string;
  readonly number: number;
  readonly salt: Buffer;
}

/** @returns undefined when one of them is not what was sealed there */
export function openFrames(frames: readonly Frame[], key: FrameKey): Frame[] | undefined {
  const opened = openFirstFrames(frames, key);
  return opened.length === frames.length ? opened : undefined;
}

/** Opens frames up to the first that is not what was sealed there. */
export function openFirstFrames(frames: readonly Frame[], { key, datasetId, number, salt }: FrameKey): Frame[] {
  const opener = new MessageOpener(key, purposeOf(datasetId, number));
  const opened: Frame[] = [];
  const about = Buffer.alloc(FRAME_BYTES - TIME_AT);
  for (const [place, { time, payload }] of frames.entries()) {
    about.writeDoubleLE(time);
    const message = opener.open(salt, place, payload, about);
    if (message === undefined) break;
    opened.push({ time, payload: message });
  }
  return opened;
}
