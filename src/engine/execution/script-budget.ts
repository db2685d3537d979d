import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ScriptStopped } from '../scripting/lua/errors';

/** How often the heap is looked at, in milliseconds: looking takes some microseconds. */
const HEAP_INTERVAL_MS = 10;
/** A script is stopped when so much of V8's heap is in use, ... */
const FULL_SHARE = 0.8;
/** ... unless it was nearly so before: of the heap's limit, a script may add this much in any case. */
const OWN_SHARE = 0.15;

/** A script used up what it may. What it wrote stays, as in Redis. */
export class BudgetExceeded extends ScriptStopped {}

/**
 * What the running script may use. One that runs for ever would stop the whole process, and one that fills V8's heap would
 * end it.
 */
export class ScriptBudget {
  #limitMs = Infinity;
  /** On `performance.now()`'s clock. */
  #deadline = Infinity;
  #nextHeapLook = 0;
  #heapBefore = 0;

  /** @param limitMs Infinity: forever */
  begin(limitMs: number): void {
    const now = performance.now();
    this.#limitMs = limitMs;
    this.#deadline = now + limitMs;
    this.#nextHeapLook = now + HEAP_INTERVAL_MS;
    this.#heapBefore = 0;
  }

  /** @throws BudgetExceeded */
  check(): void {
    const now = performance.now();
    if (now > this.#deadline) throw new BudgetExceeded(`it ran longer than the limit of ${String(this.#limitMs)} ms`);
    if (now > this.#nextHeapLook) {
      this.#nextHeapLook = now + HEAP_INTERVAL_MS;
      this.#lookAtHeap();
    }
  }

  #lookAtHeap(): void {
    // Most scripts end before the first look; what a longer one had made by then is not counted as its own.
    if (this.#heapBefore === 0) this.#heapBefore = getHeapStatistics().used_heap_size;
    if (!this.#isHeapFull()) return;
    // Much of it may be garbage that V8 has not found time to collect.
    collectGarbage();
    if (this.#isHeapFull()) throw new BudgetExceeded("it filled the process' memory");
  }

  #isHeapFull(): boolean {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    return used > limit * FULL_SHARE && used - this.#heapBefore > limit * OWN_SHARE;
  }
}

/** Node has no other way to ask for it. Takes as long as V8's own collection would a moment later. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  collect();
}
