import type { Logger } from '../../../container';
import { printCount } from '../../../errors';
import { BoundedBuffer } from '../support';
import type { BusEvent, EventSubscription } from './event-bus';

/** What a subscription works with. */
export interface SubscriptionParts {
  /** For the log. */
  readonly topics: readonly string[];
  readonly bufferSize: number;
  readonly signal: AbortSignal | undefined;
  readonly logger: Logger;
  /** Called for every event that is dropped. */
  readonly onDrop: () => void;
  /** Called once. */
  readonly onEnd: (subscription: BufferedSubscription) => void;
}

/** A subscription's events, and who waits for them. */
export class BufferedSubscription implements EventSubscription {
  readonly #parts: SubscriptionParts;
  readonly #buffer: BoundedBuffer<BusEvent>;
  #dropped = 0;
  #droppedAndLogged = 0;

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
    const { signal } = parts;
    const onAbort = (): void => this.close();
    this.#buffer = new BoundedBuffer(parts.bufferSize, {
      onEmpty: () => this.#logDropped(),
      onEnd: () => {
        signal?.removeEventListener('abort', onAbort);
        this.#logDropped();
        parts.onEnd(this);
      },
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  }

  get dropped(): number {
    return this.#dropped;
  }

  push(event: BusEvent): void {
    if (this.#buffer.push(event) === undefined) return;
    if (this.#dropped === this.#droppedAndLogged) {
      const { topics, bufferSize: size, logger } = this.#parts;
      logger.warn({ event: 'events_falling_behind', topics, size }, 'a subscriber is too slow: events are dropped');
    }
    this.#dropped += 1;
    this.#parts.onDrop();
  }

  /** Ends it; what was received is still delivered. */
  finish(): void {
    this.#buffer.end({ discard: false });
  }

  close(): void {
    this.#buffer.end({ discard: true });
  }

  next(): Promise<IteratorResult<BusEvent, undefined>> {
    return this.#buffer.next();
  }

  return(): Promise<IteratorResult<BusEvent, undefined>> {
    return this.#buffer.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #logDropped(): void {
    const dropped = this.#dropped - this.#droppedAndLogged;
    if (dropped === 0) return;
    this.#droppedAndLogged = this.#dropped;
    const { topics, logger } = this.#parts;
    logger.warn(
      { event: 'events_dropped', topics, dropped },
      `a slow subscriber missed ${printCount(dropped, 'event')}`,
    );
  }
}
