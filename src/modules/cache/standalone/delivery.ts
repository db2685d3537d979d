// Imported, not the global: fake timers of a test must hold up neither replies nor connections.
import { setImmediate } from 'node:timers';

/**
 * Replies in process resolve at once, in the caller's own tick. Unbounded, that would starve the event loop: a program
 * that awaits in a loop would never let a timer fire. So after this many replies in one turn of the loop, the rest
 * waits for the next turn. The budget is the process', not a client's.
 */
const REPLIES_PER_TURN = 200;

/** Something a client will hear of in a later turn. */
interface Delivery {
  readonly run: () => void;
  /**
   * Whether what its hearer does at once is done before the next delivery, as between two reads of sockets. Replies that
   * only settle promises share a turn.
   */
  readonly alone: boolean;
}

let used = 0;
let resetPending = false;
let queue: Delivery[] = [];
/** How many deliveries left the queue so far. */
let delivered = 0;

/**
 * The place in the order of deliveries of what comes next. Whoever runs a command takes it before: the command's own reply
 * goes there, before everything the command causes for others.
 */
export function nextPlace(): number {
  return delivered + queue.length;
}

/**
 * Takes one reply's place in this turn. The caller delivers at once when this returns true; otherwise it hands the
 * delivery to `deliverLater`.
 * @param place what `nextPlace` gave before the command ran
 */
export function mayDeliverNow(place: number): boolean {
  if (place > delivered || used >= REPLIES_PER_TURN) return false;
  used += 1;
  if (!resetPending) {
    resetPending = true;
    setImmediate(reset);
  }
  return true;
}

/** Queues a reply for a later turn, at its place. */
export function deliverLater(run: () => void, place: number): void {
  insert({ run, alone: false }, place);
}

/** Queues what arrives on a connection for a later turn: bytes, or its end. At the end of the queue without a place. */
export function deliverAlone(run: () => void, place = nextPlace()): void {
  insert({ run, alone: true }, place);
}

function insert(delivery: Delivery, place: number): void {
  const at = place - delivered;
  // A reply that joins one before it is delivered in the turn of that one.
  const joins = !delivery.alone && at > 0 && at === queue.length && queue[at - 1]?.alone === false;
  if (at === queue.length) queue.push(delivery);
  else queue.splice(at, 0, delivery);
  if (!joins) setImmediate(deliverNext);
}

function reset(): void {
  resetPending = false;
  used = 0;
}

/** Delivers one that stands alone, or a few that do not. Node runs microtasks and ticks before the next immediate. */
function deliverNext(): void {
  let count = 0;
  while (count < queue.length && count < REPLIES_PER_TURN && (count === 0 || queue[count]?.alone === false)) {
    count += 1;
    if (queue[count - 1]?.alone === true) break;
  }
  const batch = queue.splice(0, count);
  delivered += count;
  let done = 0;
  try {
    while (done < batch.length) batch[done++]?.run();
  } finally {
    // A listener that throws must not cost the others their replies.
    if (done < batch.length) {
      queue.unshift(...batch.slice(done));
      delivered -= batch.length - done;
      setImmediate(deliverNext);
    }
    if (queue[0]?.alone === false) setImmediate(deliverNext);
  }
}
