// Imported, not the global: fake timers of a test must hold up neither replies nor connections.
import { setImmediate } from 'node:timers';

/**
 * Replies in process resolve at once, in the caller's own tick. Unbounded, that would starve the event loop: a program
 * that awaits in a loop would never let a timer fire. So after this many replies in one turn of the loop, or this time, the
 * rest waits for the next turn. The budget is the process', not a client's.
 */
const REPLIES_PER_TURN = 200;
/** Milliseconds; what a program does between two replies counts: with a server it would let others in each time. */
const TURN_MS = 1;

/** Where bytes of one connection arrive. */
export interface ByteReceiver {
  receive: (bytes: string) => void;
}

/** What one read of a socket takes at most. */
const BYTES_PER_READ = 65_536;

/** Something a client will hear of in a later turn. */
interface Delivery {
  readonly run: (() => void) | undefined;
  /**
   * Whether what its hearer does at once is done before the next delivery, as between two reads of sockets. Replies that
   * only settle promises share a turn.
   */
  readonly alone: boolean;
  readonly receiver: ByteReceiver | undefined;
  readonly bytes: string;
  /** Arrives together with the one before it, as what is written to a socket in one turn is read at once. */
  joined: boolean;
}

let used = 0;
/** When the first command ran whose reply was delivered in this turn, on the clock of `performance.now()`. */
let began = 0;
let resetPending = false;
const queue: Delivery[] = [];
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
 * @param ranAt when it did, on the clock of `performance.now()`
 */
export function mayDeliverNow(place: number, ranAt: number): boolean {
  if (place > delivered || used >= REPLIES_PER_TURN) return false;
  if (!resetPending) {
    resetPending = true;
    began = ranAt;
    setImmediate(reset);
  } else if (ranAt - began > TURN_MS) return false;
  used += 1;
  return true;
}

/** Queues a reply for a later turn, at its place. */
export function deliverLater(run: () => void, place: number): void {
  insert({ run, alone: false, receiver: undefined, bytes: '', joined: false }, place);
}

/** Queues what happens to a connection for a later turn: that it is made, or its end. At the end of the queue without a place. */
export function deliverAlone(run: () => void, place = nextPlace()): void {
  insert({ run, alone: true, receiver: undefined, bytes: '', joined: false }, place);
}

/** Queues bytes (a latin1 string) for a later turn. At the end of the queue without a place. */
export function deliverBytes(receiver: ByteReceiver, bytes: string, place = nextPlace()): void {
  insert({ run: undefined, alone: true, receiver, bytes, joined: false }, place);
}

function insert(delivery: Delivery, place: number): void {
  const at = place - delivered;
  const before = at > 0 ? queue[at - 1] : undefined;
  if (at === queue.length) {
    queue.push(delivery);
    delivery.joined = before !== undefined && belongTogether(before, delivery);
  } else {
    const after = queue[at];
    queue.splice(at, 0, delivery);
    if (after?.joined === true) {
      after.joined = false;
      setImmediate(deliverNext);
    }
  }
  if (!delivery.joined) setImmediate(deliverNext);
}

/** Whether a delivery needs no turn of its own behind the one before it. */
function belongTogether(before: Delivery, delivery: Delivery): boolean {
  return delivery.alone ? delivery.receiver !== undefined && delivery.receiver === before.receiver : !before.alone;
}

function reset(): void {
  resetPending = false;
  used = 0;
}

/** Delivers one, with those joined to it. Node runs microtasks and ticks before the next immediate. */
function deliverNext(): void {
  const first = take();
  if (first === undefined) return;
  if (first.receiver !== undefined) {
    let { bytes } = first;
    while (nextIsJoined() && bytes.length < BYTES_PER_READ) bytes += take()?.bytes ?? '';
    separateNext();
    first.receiver.receive(bytes);
    return;
  }
  try {
    first.run?.();
    for (let left = REPLIES_PER_TURN - 1; left > 0 && nextIsJoined(); left--) take()?.run?.();
  } finally {
    // More than belong into one turn; or a listener has thrown, which must not cost the others their replies.
    separateNext();
  }
}

function nextIsJoined(): boolean {
  return queue[0]?.joined === true;
}

/** Gives what was joined to something delivered, but did not fit, a turn of its own. */
function separateNext(): void {
  const [next] = queue;
  if (next?.joined !== true) return;
  next.joined = false;
  setImmediate(deliverNext);
}

function take(): Delivery | undefined {
  const first = queue.shift();
  if (first !== undefined) delivered += 1;
  return first;
}
