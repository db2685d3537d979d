/** Fewest milliseconds a rate is measured over. */
const SHORTEST_MS = 100;

/** How fast a counter grows, measured from one time it is asked for to the next. */
export class Rate {
  #count = 0;
  #since = performance.now();
  #perSecond = 0;

  /** @param count the counter now @returns its growth per second, over 100 ms or more */
  perSecond(count: number): number {
    const now = performance.now();
    const elapsed = now - this.#since;
    if (elapsed < SHORTEST_MS) return this.#perSecond;
    // A counter that was reset begins anew.
    this.#perSecond = (Math.max(0, count - this.#count) * 1000) / elapsed;
    this.#count = count;
    this.#since = now;
    return this.#perSecond;
  }
}
