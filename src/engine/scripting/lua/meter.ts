/**
 * What a script may still do, as native code spends it: looks at the clock and at the heap come out of it. Text is counted
 * by its bytes wherever it is read or made, so that no single call takes long for nothing, whatever the script hands to it.
 */
export interface Meter {
  /** Steps left before the next look at the clock. */
  readonly budget: number;
  /** Work of about so many simple steps, some nanoseconds each. @throws ScriptStopped */
  consume(steps: number): void;
  /** Before so many bytes are allocated. @throws ScriptStopped when there is no room for them */
  allocate(bytes: number): void;
  /** Fails as Lua does when there is no memory: an error the script can catch. */
  outOfMemory(): never;
}

/** Nothing runs: libraries are being made, tables filled by tests. */
const IDLE: Meter = { budget: 0, consume: () => undefined, allocate: () => undefined, outOfMemory };

function outOfMemory(): never {
  throw new RangeError('Invalid string length');
}

/**
 * The meter of the script that runs. Scripts run one at a time in a thread, whatever engine they are of; and tables,
 * numbers and conversions, which know no runtime, have to spend from it too.
 */
let running = IDLE;

/** A script begins. */
export function runOn(meter: Meter): void {
  running = meter;
}

/** No script runs any more. */
export function stopMeter(): void {
  running = IDLE;
}

/** Takes steps from the budget of the running script. @throws when none are left */
export function consume(steps: number): void {
  running.consume(steps);
}

/** Steps that the running script has before the next look at the clock: what it has done since an earlier answer, or less. */
export function stepsLeft(): number {
  return running.budget;
}

/** Takes bytes from what the running script may use. @throws when there are none */
export function allocate(bytes: number): void {
  running.allocate(bytes);
}

/** The longest text: what V8 can hold, less room for what is added to it. */
const MAX_LENGTH = 2 ** 29 - 1024;

/** Refuses the length of a text that is to be made. */
export function checkLength(length: number): void {
  if (length > MAX_LENGTH) running.outOfMemory();
}

/** Shorter texts cost no more than the call that handles them. */
export const LONG = 1_024;
/** Bytes that native code handles between two moments at which it can be stopped. */
export const SLICE = 65_536;
/** Bytes that are compared, searched or copied in the time of one step. */
const BYTES_PER_STEP = 64;

/** Native code reads so many bytes. */
export function spend(bytes: number): void {
  running.consume(Math.ceil(bytes / BYTES_PER_STEP));
}
