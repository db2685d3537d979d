import type { RawString } from './raw-string';

/**
 * The sparse form of a HyperLogLog: runs of registers.
 *
 * | byte(s)             | run                                            |
 * |---------------------|------------------------------------------------|
 * | `00nnnnnn`          | n+1 registers that are 0                       |
 * | `01nnnnnn nnnnnnnn` | n+1 registers that are 0                       |
 * | `1vvvvvnn`          | n+1 registers that hold v+1                    |
 */
export interface Run {
  /** Byte position of the run. */
  readonly at: number;
  /** Bytes of the run. */
  readonly size: 1 | 2;
  /** First register. */
  readonly first: number;
  /** Number of registers. */
  readonly length: number;
  readonly value: number;
}

/** The largest value the sparse form can hold. */
export const SPARSE_MAX_VALUE = 32;
const LONGEST_SHORT_ZERO = 64;
const LONGEST_VALUE = 4;
/** How many runs are looked at for neighbours that fit into one. */
const MERGE_SCAN = 5;

/** Reads the run at a position. */
function runAt(bytes: Uint8Array, at: number, first: number): Run {
  const byte = bytes[at] ?? 0;
  if (byte & 0x80) return { at, size: 1, first, length: (byte & 3) + 1, value: ((byte >> 2) & 31) + 1 };
  if (byte & 0x40) return { at, size: 2, first, length: (((byte & 63) << 8) | (bytes[at + 1] ?? 0)) + 1, value: 0 };
  return { at, size: 1, first, length: (byte & 63) + 1, value: 0 };
}

/** Walks through the runs from byte `start` on. */
export function* runs(bytes: Uint8Array, start: number): Generator<Run> {
  let first = 0;
  for (let at = start; at < bytes.length;) {
    const run = runAt(bytes, at, first);
    yield run;
    at += run.size;
    first += run.length;
  }
}

/** A run's registers as text: `z:` and `Z:` for zeros, `v:value,length`. */
export function describeRun({ value, length, size }: Run): string {
  if (value > 0) return `v:${String(value)},${String(length)}`;
  return `${size === 2 ? 'Z' : 'z'}:${String(length)}`;
}

/** The bytes of a run of zeros. */
export function zeroRun(length: number): number[] {
  const rest = length - 1;
  return length > LONGEST_SHORT_ZERO ? [0x40 | (rest >> 8), rest & 0xff] : [rest];
}

const valueRun = (value: number, length: number): number => 0x80 | ((value - 1) << 2) | (length - 1);

/** Where a register lies: its run and the one before. */
export interface Place {
  readonly run: Run;
  /** Byte position of the run before, or of this one when it is the first. */
  readonly previous: number;
}

/** Finds a register's run; undefined when the runs end before it. */
export function locate(bytes: Uint8Array, start: number, index: number): Place | undefined {
  let first = 0;
  let previous = start;
  for (let at = start; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    const double = (byte & 0xc0) === 0x40;
    const length =
      byte & 0x80 ? (byte & 3) + 1 : double ? (((byte & 63) << 8) | (bytes[at + 1] ?? 0)) + 1 : (byte & 63) + 1;
    if (index < first + length) return { run: runAt(bytes, at, first), previous };
    previous = at;
    at += double ? 2 : 1;
    first += length;
  }
  return undefined;
}

/**
 * Raises a register within its run, which is split as needed.
 * @returns false when the string would grow beyond `maxBytes`; nothing is changed then
 */
export function raise(
  raw: RawString,
  { run, previous }: Place,
  index: number,
  value: number,
  maxBytes: number,
): boolean {
  const { first, length } = run;
  const before = index - first;
  const after = first + length - 1 - index;
  const rest = (count: number): number[] =>
    count === 0 ? [] : run.value > 0 ? [valueRun(run.value, count)] : zeroRun(count);
  const replacement = [...rest(before), valueRun(value, 1), ...rest(after)];
  const growth = replacement.length - run.size;
  if (growth > 0 && raw.length + growth > maxBytes) return false;
  raw.splice(run.at, run.size, replacement);
  mergeFrom(raw, previous);
  return true;
}

/** Joins neighbouring runs of the same value, as far as Redis looks for them. */
function mergeFrom(raw: RawString, start: number): void {
  let at = start;
  for (let left = MERGE_SCAN; left > 0 && at < raw.length; left--) {
    const byte = raw.byteAt(at);
    if (byte & 0x80 && at + 1 < raw.length) {
      const next = raw.byteAt(at + 1);
      const length = (byte & 3) + (next & 3) + 2;
      if (byte >> 2 === next >> 2 && length <= LONGEST_VALUE) {
        raw.splice(at, 2, [(byte & 0xfc) | (length - 1)]);
        continue;
      }
    }
    at += (byte & 0xc0) === 0x40 ? 2 : 1;
  }
}
