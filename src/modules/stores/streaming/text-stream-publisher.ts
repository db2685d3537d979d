import type { Logger } from '../../../container';
import { printCount } from '../../../errors';
import { checkDuration, checkInteger, checkName, invalid } from '../support';

/** Settings of a text stream. */
export interface TextStreamOptions {
  /** The most code points of a chunk; longer lines come in several. 1 to 200, default 200. */
  readonly segmentLength?: number;
  /** The most chunks of a stream; what comes after is dropped, counted and logged. Default 1000. */
  readonly maxChunks?: number;
  /** Milliseconds each chunk may take to be published; default 5000, 0 is for as long as the connection waits. */
  readonly publishTimeout?: number;
  /** Ends the waiting for Redis. */
  readonly signal?: AbortSignal;
}

/**
 * A piece of the text: the `data` of a stream's events. All texts one after the other, with a line break where
 * `endOfLine` says so, are what was written.
 */
export type TextChunk =
  | { readonly index: number; readonly text: string; readonly endOfLine: boolean }
  /** The last one: how many chunks were dropped because there were too many. */
  | { readonly index: number; readonly end: true; readonly dropped: number };

/** A line, or as much of it as fits into a chunk. */
interface Segment {
  readonly text: string;
  readonly endOfLine: boolean;
}

/** How a chunk is published. */
interface ChunkOptions {
  /** Milliseconds; 0 is for as long as the connection waits. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

/** What takes the chunks: an event bus, of which a text stream knows no more than this. */
export interface ChunkPublisher {
  publish(channel: string, chunk: TextChunk, options: ChunkOptions): Promise<void>;
}

const MAX_SEGMENT_LENGTH = 200;
const DEFAULT_MAX_CHUNKS = 1000;
const DEFAULT_PUBLISH_TIMEOUT_MS = 5000;

/**
 * Publishes text that comes bit by bit, line by line: a line when it is complete, a long one in segments. Made by
 * `EventBus.textStream`.
 *
 * ```ts
 * const stream = bus.textStream('task:7:text');
 * for await (const token of answer) await stream.write(token);
 * await stream.end();
 * ```
 */
export class TextStreamPublisher {
  readonly #bus: ChunkPublisher;
  readonly #channel: string;
  readonly #logger: Logger;
  readonly #segmentLength: number;
  readonly #maxChunks: number;
  readonly #publishOptions: ChunkOptions;
  #rest = '';
  #index = 0;
  #dropped = 0;
  #ended = false;
  #publishing: Promise<void> = Promise.resolve();

  /** @internal */
  constructor(bus: ChunkPublisher, channel: string, logger: Logger, options: TextStreamOptions) {
    const { segmentLength = MAX_SEGMENT_LENGTH, maxChunks = DEFAULT_MAX_CHUNKS, signal } = options;
    const { publishTimeout = DEFAULT_PUBLISH_TIMEOUT_MS } = options;
    checkName('streaming.textStream: channel', channel);
    checkInteger('streaming.textStream: segmentLength', segmentLength, { min: 1, max: MAX_SEGMENT_LENGTH });
    checkInteger('streaming.textStream: maxChunks', maxChunks, { min: 1 });
    checkDuration('streaming.textStream: publishTimeout', publishTimeout, { min: 0 });
    this.#bus = bus;
    this.#channel = channel;
    this.#logger = logger;
    this.#segmentLength = segmentLength;
    this.#maxChunks = maxChunks;
    this.#publishOptions = { timeout: publishTimeout, ...(signal !== undefined && { signal }) };
  }

  /** How many chunks were dropped because there were more than `maxChunks`. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Adds text, and resolves when every line that is complete has been published.
   * @throws RespiteError `INPUT_INVALID`, `PUBLISH_TIMED_OUT`, `STORE_FAILED`, `STORE_CLOSED`. A chunk that was not
   * published leaves a gap in `index`; the stream goes on after it.
   */
  async write(text: string): Promise<void> {
    if (typeof text !== 'string') throw invalid('streaming: text', `is ${typeof text}`, 'Write text.');
    this.#refuseEnded();
    this.#rest += text;
    return this.#publish(this.#takeSegments());
  }

  /** Publishes what is left of the last line, and that there is no more. */
  async end(): Promise<void> {
    this.#refuseEnded();
    this.#ended = true;
    const rest = this.#rest === '' ? [] : [{ text: this.#rest, endOfLine: false }];
    const end = async (): Promise<void> => {
      const chunk: TextChunk = { index: this.#index++, end: true, dropped: this.#dropped };
      await this.#bus.publish(this.#channel, chunk, this.#publishOptions);
    };
    // Readers wait for the end, also when the last piece is lost.
    const [last, ended] = await Promise.allSettled([this.#publish(rest), this.#inTurn(end)]);
    for (const outcome of [last, ended]) if (outcome.status === 'rejected') throw outcome.reason;
  }

  #refuseEnded(): void {
    if (!this.#ended) return;
    throw invalid(`streaming: the text stream on "${this.#channel}"`, 'has ended', 'Open another one.');
  }

  /** Cuts off what can be published: complete lines, and as much of an incomplete one as is too long. */
  #takeSegments(): Segment[] {
    const lines = this.#rest.split('\n');
    const incomplete = lines.pop() ?? '';
    const segments = lines.flatMap((line) => {
      const texts = this.#split(line);
      return texts.map((text, i) => ({ text, endOfLine: i === texts.length - 1 }));
    });
    // The last piece may be the first half of a character, or go on.
    const pieces = this.#split(incomplete);
    this.#rest = pieces.pop() ?? '';
    return [...segments, ...pieces.map((text) => ({ text, endOfLine: false }))];
  }

  /** Pieces of at most so many code points; one empty piece for an empty line. */
  #split(line: string): string[] {
    // No code point is longer than its code units.
    if (line.length <= this.#segmentLength) return [line];
    const points = Array.from(line);
    return Array.from({ length: Math.ceil(points.length / this.#segmentLength) }, (_, i) =>
      points.slice(i * this.#segmentLength, (i + 1) * this.#segmentLength).join(''),
    );
  }

  async #publish(segments: readonly Segment[]): Promise<void> {
    await this.#inTurn(async () => {
      for (const segment of segments) await this.#publishOne(segment);
    });
  }

  async #publishOne({ text, endOfLine }: Segment): Promise<void> {
    if (this.#index >= this.#maxChunks) {
      this.#dropped += 1;
      if (this.#dropped > 1) return;
      const fields = { event: 'text_stream_truncated', channel: this.#channel, maxChunks: this.#maxChunks };
      this.#logger.warn(
        fields,
        `a text stream is longer than ${printCount(this.#maxChunks, 'chunk')}: the rest is dropped`,
      );
      return;
    }
    const chunk: TextChunk = { index: this.#index++, text, endOfLine };
    await this.#bus.publish(this.#channel, chunk, this.#publishOptions);
  }

  /** Writes that nobody waited for keep their order; one that fails fails alone. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#publishing.then(work);
    this.#publishing = turn.catch(() => undefined);
    return turn;
  }
}
