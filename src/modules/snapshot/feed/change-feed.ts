import { setImmediate as nextTurn } from 'node:timers/promises';
import { setImmediate } from 'node:timers';
import { type Effect, EffectEncoder, type SnapshotSource } from '../../../engine/snapshot/source';
import { FeedFrame, feedFrame, type FeedHeader } from './feed-format';

/** Who is told. */
export interface FeedSink {
  /** Takes a frame. @returns whether there is room for more */
  write(frame: Buffer): boolean;
  /** Resolves when there is room for more. @throws Error when nobody listens any more */
  room(): Promise<void>;
  /** Bytes it was given that have not left. */
  readonly waiting: number;
  /** Nothing more comes. */
  end(): void;
}

/** How long (ms) the event loop is kept from others at a time while keys are serialised. */
const SLICE_MS = 3;
/** Bytes that may wait for one who does not read: as many as Redis keeps for a replica. */
const MOST_WAITING = 256 * 1024 * 1024;
/** Characters of a frame of changes, about. */
const FRAME_CHARACTERS = 1024 * 1024;

/** Tells one who follows all of the data, and what changes since. */
export class ChangeFeed {
  #told = 0;
  #text = '';
  readonly #encoder = new EffectEncoder();
  #planned = false;
  #ended = false;
  #stopListening: (() => void) | undefined;

  constructor(
    readonly id: string,
    private readonly source: SnapshotSource,
    private readonly sink: FeedSink,
  ) {}

  /**
   * Tells all of the data as it is now, slice by slice; what changes meanwhile is told as well. No snapshot may be written meanwhile.
   * @param now milliseconds since the epoch @throws Error when nobody listens any more
   */
  async begin(now: () => number): Promise<void> {
    await this.source.free();
    const cut = this.source.begin({ full: true });
    try {
      this.#stopListening = this.source.effects.listen((unit) => {
        this.#add(unit);
      });
      const header: FeedHeader = { id: this.id, time: now(), keys: cut.keys, layout: cut.layout };
      this.sink.write(feedFrame(FeedFrame.header, Buffer.from(JSON.stringify(header))));
      for (let batch = cut.next(SLICE_MS); batch !== undefined; batch = cut.next(SLICE_MS)) {
        if (!this.sink.write(feedFrame(FeedFrame.records, batch))) await this.sink.room();
        await nextTurn();
      }
      this.sink.write(feedFrame(FeedFrame.complete));
    } catch (error) {
      this.close();
      throw error;
    } finally {
      // It was no snapshot: what changed is as unsaved as before.
      cut.abort();
    }
  }

  /** Bytes of changes up to now, those included that have not left yet. */
  get position(): number {
    this.#flush();
    return this.#told;
  }

  /** Nothing changes any more: what did is told. */
  finish(): void {
    this.#flush();
    this.#last(FeedFrame.end);
  }

  /** Nobody listens any more. */
  close(): void {
    this.#ended = true;
    this.#stopListening?.();
  }

  #last(type: FeedFrame): void {
    if (this.#ended) return;
    this.close();
    this.sink.write(feedFrame(type));
    this.sink.end();
  }

  #add(unit: readonly Effect[]): void {
    this.#text += this.#encoder.encode(unit);
    if (this.#text.length > FRAME_CHARACTERS) this.#flush();
    else if (!this.#planned) this.#plan();
  }

  /** What changes in one turn is one frame. */
  #plan(): void {
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#ended || this.#text === '') return;
    const body = Buffer.from(this.#text, 'latin1');
    this.#text = '';
    this.#told += body.length;
    this.sink.write(feedFrame(FeedFrame.changes, body));
    if (this.sink.waiting > MOST_WAITING) this.#last(FeedFrame.dropped);
  }
}
