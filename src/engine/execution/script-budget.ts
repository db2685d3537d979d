import { type HeapUse, PROCESS_HEAP } from '../keyspace/heap';
import { ScriptStopped } from '../scripting/lua/errors';

/** A script is stopped when so much of V8's heap is in use, ... */
const FULL_SHARE = 0.75;
/** ... unless it was nearly so before: of the heap's limit, a script may add this much in any case, ... */
const OWN_SHARE = 0.15;
/** ... but nothing beyond this: V8 ends the process when it finds no room, or finds little again and again. */
const LAST_SHARE = 0.85;

/** What pages may take. */
const PAGES_SHARE = 0.95;

/** A script that is told that there is room is asked again after a part of it, or at the latest after so many bytes. */
const MOST_GRANTED = 64 * 1_048_576;
const GRANTED_SHARE = 0.25;
/** Of the heap. */
const LEAST_SHARE = 0.045;

/** To ask for the processor time takes microseconds, as long as a short script: it is asked for once a script has run this long. */
const SHORT_MS = 1;

/** Why a script is stopped that makes more than there is room for. */
export const FILLED_MEMORY = "it filled the process' memory";

/** A script used up what it may. What it wrote stays, as in Redis. */
export class BudgetExceeded extends ScriptStopped {}

/** The clock and the heap that a budget looks at. */
export interface BudgetSources {
  /** Milliseconds, on a clock that never goes back. */
  readonly now: () => number;
  /** Milliseconds of processor time that the process has used. */
  readonly computed: () => number;
  readonly heap: () => HeapUse;
  readonly collectGarbage: () => void;
}

/**
 * What the running script may use. One that runs for ever would stop the whole process, and one that fills V8's heap would
 * end it.
 */
export class ScriptBudget {
  #limitMs = Infinity;
  /** On the clock of `now`. */
  #deadline = Infinity;
  /** The script is short until then. */
  #shortUntil = Infinity;
  /** Processor time at the first look at which the script was no longer short. */
  #computedBefore = NaN;
  /** Of V8's heap, and of what is kept outside of it, when it was first looked at. */
  #usedBefore = -1;
  #externalBefore = 0;

  constructor(private readonly sources: BudgetSources = PROCESS) {}

  /** @param limitMs Infinity: forever */
  begin(limitMs: number): void {
    this.#limitMs = limitMs;
    const now = this.sources.now();
    this.#deadline = now + limitMs;
    this.#shortUntil = now + SHORT_MS;
    this.#computedBefore = NaN;
    this.#usedBefore = -1;
  }

  /** Nothing runs: nothing can be used up. */
  end(): void {
    this.#deadline = Infinity;
  }

  /** @throws BudgetExceeded */
  check(): void {
    if (this.#deadline === Infinity) return;
    const { now, computed } = this.sources;
    const time = now();
    if (time < this.#shortUntil) return;
    if (Number.isNaN(this.#computedBefore)) this.#computedBefore = computed();
    if (time <= this.#deadline) return;
    // Where others had the processor, or the machine slept, time passed in which the script did not run: half of it would be lost for nothing.
    const left = this.#limitMs - (computed() - this.#computedBefore);
    if (left <= 0) throw new BudgetExceeded(`it ran longer than the limit of ${String(this.#limitMs)} ms`);
    this.#deadline = time + left;
  }

  /**
   * Sees to it that so many bytes can be allocated, by collecting garbage if need be.
   *
   * @returns how many bytes more before it is to be asked again
   * @throws BudgetExceeded when they cannot
   */
  reserve(bytes: number): number {
    let room = this.#room() - bytes;
    if (room <= 0) {
      this.check();
      // Much of it may be garbage that V8 has not found time to collect.
      this.sources.collectGarbage();
      room = this.#room() - bytes;
      // With little left, most of the time from now on would go into collecting garbage.
      if (room <= this.sources.heap().old * LEAST_SHARE) throw new BudgetExceeded(FILLED_MEMORY);
    }
    return Math.min(room * GRANTED_SHARE, MOST_GRANTED);
  }

  /** Bytes that the script may still add. */
  #room(): number {
    const { used, pages, old, external } = this.sources.heap();
    // Most scripts end before the first look; what a longer one had made by then is not counted as its own.
    if (this.#usedBefore < 0) [this.#usedBefore, this.#externalBefore] = [used, external];
    const most = Math.max(old * FULL_SHARE, Math.min(this.#usedBefore + old * OWN_SHARE, old * LAST_SHARE));
    // Long strings made of buffers live outside of the heap. A script gets no more there than it would inside.
    const outside = external - this.#externalBefore;
    return Math.min(most - used, old * PAGES_SHARE - pages, old * FULL_SHARE - outside);
  }
}

const PROCESS: BudgetSources = {
  now: () => performance.now(),
  computed: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  heap: PROCESS_HEAP.use,
  collectGarbage: PROCESS_HEAP.collectGarbage,
};
