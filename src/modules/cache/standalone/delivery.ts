// Imported, not the global: fake timers of a test must hold up neither replies nor connections.
import { setImmediate } from 'node:timers';

/**
 * Replies in process resolve at once, in the caller's own tick. Unbounded, that would starve the event loop: a program
 * that awaits in a loop would never let a timer fire. So after this many replies in one turn of the loop, the rest
 * waits for the next turn. The budget is the process', not a client's.
 */
const REPLIES_PER_TURN = 200;

let used = 0;
let resetPending = false;
let drainPending = false;
let queue: (() => void)[] = [];

/**
 * Takes one reply's place in this turn. The caller delivers at once when this returns true; otherwise it hands the
 * delivery to `deliverLater`.
 */
export function mayDeliverNow(): boolean {
  if (queue.length > 0 || used >= REPLIES_PER_TURN) return false;
  used += 1;
  if (!resetPending) {
    resetPending = true;
    setImmediate(reset);
  }
  return true;
}

/** Queues a delivery for the next turn, behind everything that is queued already. */
export function deliverLater(delivery: () => void): void {
  queue.push(delivery);
  scheduleDrain();
}

function scheduleDrain(): void {
  if (drainPending || queue.length === 0) return;
  drainPending = true;
  setImmediate(drain);
}

function reset(): void {
  resetPending = false;
  used = 0;
}

function drain(): void {
  drainPending = false;
  const batch = queue;
  queue = [];
  let done = 0;
  try {
    while (done < batch.length && done < REPLIES_PER_TURN) batch[done++]?.();
  } finally {
    // A listener that throws must not cost the others their replies.
    if (done < batch.length) queue = [...batch.slice(done), ...queue];
    scheduleDrain();
  }
}
