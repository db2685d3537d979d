/** What a test opened and has to close, last opened first. */
export class Closing {
  readonly #closers: (() => unknown)[] = [];

  /** Returns `value`, and calls `close` with it at the end. */
  add<T>(value: T, close: (value: T) => unknown): T {
    this.#closers.push(() => close(value));
    return value;
  }

  async all(): Promise<void> {
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) await close();
  }
}
