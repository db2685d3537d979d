import type { ServerResponse } from 'node:http';

/** What may wait together for those who asked to read it, in bytes: beyond it whoever reads slowest is cut off. */
const MOST_UNSENT = 128 * 2 ** 20;

/** Less is never the reason, bytes. */
const FEW_BYTES = 2 ** 20;

/** What was answered and is not read yet. It waits outside of V8's heap, as buffers. */
export class Unsent {
  readonly #responses = new Set<ServerResponse>();

  constructor(private readonly most = MOST_UNSENT) {}

  /** Something is about to be written to it. */
  add(response: ServerResponse): void {
    if (this.#responses.has(response)) return;
    this.#responses.add(response);
    response.once('close', () => this.#responses.delete(response));
  }

  /** Something was written to one of them. */
  check(response: ServerResponse): void {
    if (response.writableLength < FEW_BYTES) return;
    let sum = 0;
    let slowest = response;
    for (const each of this.#responses) {
      sum += each.writableLength;
      if (each.writableLength > slowest.writableLength) slowest = each;
    }
    if (sum <= this.most) return;
    this.#responses.delete(slowest);
    slowest.destroy();
  }
}
