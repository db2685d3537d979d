import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../container';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** How many turns of the event loop what a timer set off gets before the next timer fires. */
const TURNS = 4;

/**
 * A clock that stands still until a test moves it: TTLs, blocking timeouts, the ids of streams, and the timers of the
 * modules. Give it to an application by `override(Clock, clock)` or to an engine by `createEngine({ clock })`. It is
 * independent of fake timers: those of Jest move what asks the system for the time, this moves what asks the clock.
 */
export class VirtualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now: number;

  /** @param start what time it is; default: the system's now */
  constructor(start: Date | number = Date.now()) {
    this.#now = Number(start);
  }

  now(): number {
    return this.#now;
  }

  setTimer(callback: () => void, ms: number): unknown {
    const timer = { at: this.#now + Math.max(ms, 0), callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    this.#timers.delete(timer as Timer); // only ever what setTimer returned
  }

  /** How many timers have not fired yet. */
  get pending(): number {
    return this.#timers.size;
  }

  /**
   * Lets `ms` milliseconds pass: timers fire in their order, those that they set meanwhile included, and what they set
   * off gets the time to happen. Resolves when replies that became due have been delivered.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await settle();
    }
    this.#now = end;
  }

  /**
   * Makes it a certain time. Forwards, everything due until then happens as with `advance`; backwards, as when the
   * system's clock is set back: timers keep the time they were set for.
   */
  async set(time: Date | number): Promise<void> {
    if (Number(time) >= this.#now) await this.advance(Number(time) - this.#now);
    else this.#now = Number(time);
  }

  /** The timer that fires first, if it does so until `end`; of several at one time, the one that was set first. */
  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers)
      if (timer.at <= end && (first === undefined || timer.at < first.at)) first = timer;
    return first;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await nextTurn();
}
