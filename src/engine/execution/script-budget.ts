import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ScriptStopped } from '../scripting/lua/errors';

/** How often the heap is looked at, in milliseconds: looking takes a microsecond. */
const HEAP_INTERVAL_MS = 10;
/** A script is stopped when so much of V8's heap is in use, ... */
const FULL_SHARE = 0.8;
/** ... unless it was nearly so before: of the heap's limit, a script may add this much in any case, ... */
const OWN_SHARE = 0.15;
/** ... but nothing beyond this: V8 ends the process when it finds no room, and needs some itself. */
const LAST_SHARE = 0.92;

/** V8 counts its young generation into the limit of its heap; nothing that lives, and no long string, has room there. */
const YOUNG_BYTES = 48 * 1_048_576;
/** A script that is told that there is room is asked again after a part of it, or at the latest after so many bytes. */
const MOST_GRANTED = 64 * 1_048_576;
const GRANTED_SHARE = 0.25;

/** A script used up what it may. What it wrote stays, as in Redis. */
export class BudgetExceeded extends ScriptStopped {}

/** The clock and the heap that a budget looks at. */
export interface BudgetSources {
  /** Milliseconds, on a clock that never goes back. */
  readonly now: () => number;
  /** Bytes: of V8's heap in use, of its limit, and of what its objects keep outside of it. */
  readonly heap: () => { readonly used: number; readonly limit: number; readonly external: number };
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
  #nextHeapLook = Infinity;
  /** Of V8's heap, and of what is kept outside of it, when it was first looked at. */
  #usedBefore = -1;
  #externalBefore = 0;

  constructor(private readonly sources: BudgetSources = PROCESS) {}

  /** @param limitMs Infinity: forever */
  begin(limitMs: number): void {
    const now = this.sources.now();
    this.#limitMs = limitMs;
    this.#deadline = now + limitMs;
    this.#nextHeapLook = now + HEAP_INTERVAL_MS;
    this.#usedBefore = -1;
  }

  /** Nothing runs: nothing can be used up. */
  end(): void {
    this.#deadline = this.#nextHeapLook = Infinity;
  }

  /** @throws BudgetExceeded */
  check(): void {
    const now = this.sources.now();
    if (now > this.#deadline) throw new BudgetExceeded(`it ran longer than the limit of ${String(this.#limitMs)} ms`);
    if (now > this.#nextHeapLook) {
      this.#nextHeapLook = now + HEAP_INTERVAL_MS;
      this.reserve(0);
    }
  }

  /**
   * Sees to it that so many bytes can be allocated, by collecting garbage if need be.
   *
   * @returns how many bytes more before it is to be asked again
   * @throws BudgetExceeded when they cannot
   */
  reserve(bytes: number): number {
    let room = this.#room();
    if (room <= bytes) {
      // Much of it may be garbage that V8 has not found time to collect.
      this.sources.collectGarbage();
      room = this.#room();
      if (room <= bytes) throw new BudgetExceeded("it filled the process' memory");
    }
    return Math.min((room - bytes) * GRANTED_SHARE, MOST_GRANTED);
  }

  /** Bytes that the script may still add. */
  #room(): number {
    const { used, limit, external } = this.sources.heap();
    // Most scripts end before the first look; what a longer one had made by then is not counted as its own.
    if (this.#usedBefore < 0) [this.#usedBefore, this.#externalBefore] = [used, external];
    const old = limit - Math.min(YOUNG_BYTES, limit / 3);
    const most = Math.max(old * FULL_SHARE, Math.min(this.#usedBefore + old * OWN_SHARE, old * LAST_SHARE));
    // Long strings made of buffers live outside of the heap. A script gets no more there than it would inside.
    return Math.min(most - used, old * FULL_SHARE - (external - this.#externalBefore));
  }
}

let collector: (() => void) | undefined;

/** Node has no other way to ask for it. Takes as long as V8's own collection would a moment later. */
function collectGarbage(): void {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
  }
  collector();
}

const PROCESS: BudgetSources = {
  now: () => performance.now(),
  heap: () => {
    const { used_heap_size: used, heap_size_limit: limit, external_memory: external } = getHeapStatistics();
    return { used, limit, external };
  },
  collectGarbage,
};
