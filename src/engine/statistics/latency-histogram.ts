/** Each power of two is cut into so many parts: percentiles are off by 6 % at most. */
const PARTS_BITS = 4;
const PARTS = 1 << PARTS_BITS;
/** Shorter times count as 1,024 ns, longer ones as a second. */
const FIRST_POWER = 10;
const LAST_POWER = 29;
const LONGEST_NS = 1_000_000_000;
/** Redis' own histogram has 128 parts; its bounds show in LATENCY HISTOGRAM. */
const BOUND_FACTOR = 129 / 128;

/** How long the calls of one command took. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array((LAST_POWER - FIRST_POWER + 1) * PARTS);
  #calls = 0;

  get calls(): number {
    return this.#calls;
  }

  record(microseconds: number): void {
    const index = indexOf(microseconds);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#calls += 1;
  }

  /** Upper bounds (microseconds) and how many calls were no longer, in turn; bounds without new calls are left out. */
  cumulative(): number[] {
    const result: number[] = [];
    let sum = 0;
    for (let power = FIRST_POWER; power <= LAST_POWER; power++) {
      const start = (power - FIRST_POWER) * PARTS;
      const here = this.#counts.subarray(start, start + PARTS).reduce((total, count) => total + count, 0);
      if (here === 0) continue;
      sum += here;
      // What fits into the first kilo-nanosecond is within the first bound; everything else within the next one.
      const bound = power === FIRST_POWER ? power : power + 1;
      result.push(Math.floor((2 ** bound * BOUND_FACTOR - 1) / 1000), sum);
    }
    return result;
  }

  /** How many calls took no longer than `microseconds`, as exactly as the parts allow. */
  countUpTo(microseconds: number): number {
    const limit = indexOf(microseconds);
    let sum = 0;
    for (let index = 0; index < limit; index++) sum += this.#counts[index] ?? 0;
    return sum;
  }

  /** The time (microseconds) that so many percent of the calls did not exceed. */
  percentile(percent: number): number {
    const wanted = Math.max(1, Math.ceil((percent / 100) * this.#calls));
    let sum = 0;
    for (let index = 0; index < this.#counts.length; index++) {
      sum += this.#counts[index] ?? 0;
      if (sum >= wanted)
        return (2 ** (FIRST_POWER + (index >> PARTS_BITS)) * (1 + ((index & (PARTS - 1)) + 1) / PARTS)) / 1000;
    }
    return 0;
  }
}

/** Where calls of this length are counted. */
function indexOf(microseconds: number): number {
  const nanoseconds = Math.min(Math.max(microseconds * 1000, 1 << FIRST_POWER), LONGEST_NS);
  const power = 31 - Math.clz32(nanoseconds);
  const part = (nanoseconds >>> (power - PARTS_BITS)) & (PARTS - 1);
  return (power - FIRST_POWER) * PARTS + part;
}
