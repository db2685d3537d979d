import type { Entry } from './entry';

/** Resolution of idle times: fine enough to order keys, coarse enough for a small integer to last for a year. */
const TICK_MS = 16;
const MINUTE_MS = 60_000;
const MINUTES_MASK = 0xffff;
/** A new key starts with this frequency, so that it is not evicted before it had a chance (Redis: LFU_INIT_VAL). */
const INITIAL_FREQUENCY = 5;
const HIGHEST_FREQUENCY = 255;

/**
 * Remembers of every key when it was last used (LRU) or how often (LFU): one small integer per key. After a change of
 * policy the numbers mean something else until the keys are used again, as in Redis.
 */
export class AccessClock {
  /** Milliseconds on the clock of `performance.now()`; set when a command begins. */
  time = performance.now();
  /** Whether frequencies are kept instead of idle times. */
  frequencies = false;
  /** `lfu-log-factor`: how slowly the counter grows. */
  logFactor = 10;
  /** `lfu-decay-time`: minutes after which an unused key's counter falls by one; 0 = never. */
  decayMinutes = 1;

  constructor(private readonly random: () => number) {}

  /** What an access writes into an entry; undefined for a new one. */
  stamp(entry?: Entry): number {
    if (!this.frequencies) return (this.time / TICK_MS) | 0;
    const frequency = entry === undefined ? INITIAL_FREQUENCY : this.#increment(this.frequency(entry));
    return (this.#minutes() << 8) | frequency;
  }

  /** Milliseconds since the last use. */
  idleTime(entry: Entry): number {
    return Math.max(0, performance.now() - entry.access * TICK_MS);
  }

  idleSeconds(entry: Entry): number {
    return Math.floor(this.idleTime(entry) / 1000);
  }

  /** Makes a key look unused for so many seconds (RESTORE's IDLETIME). */
  stampIdle(seconds: number): number {
    return Math.floor((performance.now() - seconds * 1000) / TICK_MS);
  }

  /** A stamp of this frequency (RESTORE's FREQ). */
  stampFrequency(frequency: number): number {
    return (this.#minutes() << 8) | frequency;
  }

  /** 0 to 255, logarithmic, less what decayed since the last use. */
  frequency(entry: Entry): number {
    const counter = entry.access & HIGHEST_FREQUENCY;
    if (this.decayMinutes === 0) return counter;
    const elapsed = (this.#minutes() - (entry.access >> 8)) & MINUTES_MASK;
    return Math.max(0, counter - Math.trunc(elapsed / this.decayMinutes));
  }

  #minutes(): number {
    return Math.trunc(performance.now() / MINUTE_MS) & MINUTES_MASK;
  }

  #increment(frequency: number): number {
    if (frequency >= HIGHEST_FREQUENCY) return HIGHEST_FREQUENCY;
    const above = Math.max(0, frequency - INITIAL_FREQUENCY);
    return this.random() < 1 / (above * this.logFactor + 1) ? frequency + 1 : frequency;
  }
}
