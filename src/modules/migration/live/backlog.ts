import { RespiteError } from '../../../errors';

/** Bytes that wait to be applied, at most. */
const MOST_WAITING = 256 * 1024 * 1024;
/** Bytes taken at once, about. */
const TAKEN_AT_ONCE = 1024 * 1024;

/** How far a target is behind its source. */
export interface Lag {
  /** Of changes that were heard of and are not there yet. */
  readonly bytes: number;
  /** How long the first of these has waited, milliseconds. */
  readonly ms: number;
}

/** Some of what changed. */
export interface Changes {
  readonly bytes: Buffer;
  /** When the first of it came, by `performance.now()`. */
  readonly at: number;
}

/** What changed at a source, and is not yet at the target: bytes in order, as many as there is room for. */
export class Backlog {
  /** Bytes that came, by the count of the source. */
  received: number;
  #chunks: { readonly bytes: Buffer; readonly at: number }[] = [];
  #waiting = 0;
  #ended = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  /** @param start what the source counts as told already */
  constructor(
    start = 0,
    private readonly most = MOST_WAITING,
  ) {
    this.received = start;
  }

  /** More came. */
  push(bytes: Buffer): void {
    if (this.#ended) return;
    this.received += bytes.length;
    this.#waiting += bytes.length;
    this.#chunks.push({ bytes, at: performance.now() });
    if (this.#waiting > this.most) {
      this.#chunks = [];
      this.end(tooMuch(this.#waiting));
    } else this.#wake?.();
  }

  /** Nothing more comes. @param error why; undefined when the source has told everything */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  /** Waits for bytes. @returns undefined at the end @throws what the source was ended with, after what came before it */
  async take(): Promise<Changes | undefined> {
    while (this.#chunks.length === 0 && !this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#chunks.length === 0) {
      if (this.#error !== undefined) throw this.#error;
      return undefined;
    }
    const taken: Buffer[] = [];
    const at = this.#chunks[0]?.at ?? 0;
    let length = 0;
    while (length < TAKEN_AT_ONCE) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) break;
      taken.push(chunk.bytes);
      length += chunk.bytes.length;
    }
    this.#waiting -= length;
    return { bytes: Buffer.concat(taken, length), at };
  }
}

function tooMuch(bytes: number): RespiteError {
  return new RespiteError('MIGRATION_FELL_BEHIND', {
    message: `More was written at the source than the target takes in: ${String(Math.round(bytes / 1e6))} MB wait, which is too much to keep. The target is not complete. Start the move again, with --replace --prune, when less is written.`,
  });
}
