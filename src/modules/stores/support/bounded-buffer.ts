/** What a buffer tells its owner. */
export interface BufferEvents {
  /** The consumer has taken everything there was. */
  readonly onEmpty?: () => void;
  /** The consumer wants no more (`break`, `return`), or there is no more to come. Called once. */
  readonly onEnd?: () => void;
}

/**
 * Holds at most `size` values until a consumer takes them, in order. Its iteration waits for values, and ends when there
 * are no more to come.
 */
export class BoundedBuffer<T> implements AsyncIterableIterator<T> {
  readonly #size: number;
  readonly #events: BufferEvents;
  readonly #waiting: ((result: IteratorResult<T, undefined>) => void)[] = [];
  #values: T[] = [];
  #ended = false;

  constructor(size: number, events: BufferEvents = {}) {
    this.#size = size;
    this.#events = events;
  }

  get isFull(): boolean {
    return this.#values.length >= this.#size;
  }

  get isEmpty(): boolean {
    return this.#values.length === 0;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  /** Adds a value at the end; when there is no room the oldest makes it, and is answered. */
  push(value: T): T | undefined {
    if (this.#ended) return undefined;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting({ done: false, value });
      return undefined;
    }
    const dropped = this.isFull ? this.#values.shift() : undefined;
    this.#values.push(value);
    return dropped;
  }

  /** No more values come. Those there are can still be taken, unless they are discarded. */
  end({ discard }: { readonly discard: boolean }): void {
    if (discard) this.#values = [];
    if (this.#ended) return;
    this.#ended = true;
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined });
    this.#events.onEnd?.();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    const value = this.#values.shift();
    if (value !== undefined) {
      if (this.isEmpty) this.#events.onEmpty?.();
      return { done: false, value };
    }
    if (this.#ended) return { done: true, value: undefined };
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.end({ discard: true });
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
