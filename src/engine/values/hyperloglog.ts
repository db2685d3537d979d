import { estimate, observe, REGISTERS, type Observation } from './hyperloglog-registers';
import { describeRun, locate, raise, runs, SPARSE_MAX_VALUE, zeroRun } from './hyperloglog-sparse';
import type { RawString } from './raw-string';

const MAGIC = 'HYLL';
const HEADER_SIZE = 16;
const DENSE = 0;
const SPARSE = 1;
const ENCODING_AT = 4;
/** Eight bytes, lowest first, with the last count; the highest bit says that it is no longer true. */
const CACHE_AT = 8;
const CACHE_SIZE = 8;
const STALE = 0x80;
const REGISTER_BITS = 6;
const REGISTER_MAX = 63;
const DENSE_SIZE = HEADER_SIZE + (REGISTERS * REGISTER_BITS) / 8;

/** The runs of a sparse HyperLogLog do not add up: the string was changed by other commands. */
export class CorruptHyperLogLog extends Error {
  override readonly name = 'CorruptHyperLogLog';
}

/** Whether a string looks like a HyperLogLog: what the commands check before they read one. */
export function isHyperLogLog(value: string | RawString): boolean {
  if (value.length < HEADER_SIZE || value.slice(0, MAGIC.length) !== MAGIC) return false;
  const encoding = value.slice(ENCODING_AT, ENCODING_AT + 1).charCodeAt(0);
  return encoding === DENSE ? value.length === DENSE_SIZE : encoding === SPARSE;
}

/** The bytes of an empty HyperLogLog. */
export function emptyHyperLogLog(): string {
  const header = `${MAGIC}${String.fromCharCode(SPARSE)}`.padEnd(HEADER_SIZE, '\0');
  return header + String.fromCharCode(...zeroRun(REGISTERS));
}

const seen: Observation = { index: 0, count: 0 };

/**
 * An estimate of how many different elements were added, in Redis' own bytes: every change is made in the string, which
 * clients may read, copy and write back.
 */
export class HyperLogLog {
  /** @param sparseMaxBytes `hll-sparse-max-bytes` */
  constructor(
    private readonly raw: RawString,
    private readonly sparseMaxBytes: number,
  ) {}

  get encoding(): 'dense' | 'sparse' {
    return this.raw.byteAt(ENCODING_AT) === DENSE ? 'dense' : 'sparse';
  }

  /** Whether adding an element would change a register. @throws CorruptHyperLogLog */
  wouldChange(element: string): boolean {
    observe(element, seen);
    return this.#register(seen.index) < seen.count;
  }

  /** @returns whether a register changed. @throws CorruptHyperLogLog */
  add(element: string): boolean {
    observe(element, seen);
    return this.raise(seen.index, seen.count);
  }

  /** Sets a register unless it is as high already. @returns whether it changed. @throws CorruptHyperLogLog */
  raise(index: number, count: number): boolean {
    if (this.encoding === 'sparse') {
      const place = locate(this.raw.view(), HEADER_SIZE, index);
      if (count <= SPARSE_MAX_VALUE && place === undefined) throw new CorruptHyperLogLog();
      if (count <= SPARSE_MAX_VALUE && place !== undefined) {
        if (place.run.value >= count) return false;
        if (raise(this.raw, place, index, count, this.sparseMaxBytes)) return true;
      }
      this.toDense();
    }
    if (readRegister(this.raw, index) >= count) return false;
    writeRegister(this.raw, index, count);
    return true;
  }

  /** Says that the remembered count is no longer true. */
  invalidate(): void {
    const at = CACHE_AT + CACHE_SIZE - 1;
    this.raw.setByte(at, this.raw.byteAt(at) | STALE);
  }

  /** The remembered count, undefined when it is no longer true. */
  get cachedCount(): number | bigint | undefined {
    const bytes = this.raw.view();
    if ((bytes[CACHE_AT + CACHE_SIZE - 1] ?? 0) & STALE) return undefined;
    const count = bytes.readBigUInt64LE(CACHE_AT);
    return count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : count;
  }

  /** Counts and remembers it. @throws CorruptHyperLogLog */
  count(): number {
    const registers = new Uint8Array(REGISTERS);
    this.mergeInto(registers);
    const count = countRegisters(registers);
    const cache = Buffer.alloc(CACHE_SIZE);
    cache.writeBigUInt64LE(BigInt(count));
    this.raw.write(CACHE_AT, cache.latin1Slice());
    return count;
  }

  /** Raises registers to what this one has seen. @throws CorruptHyperLogLog */
  mergeInto(registers: Uint8Array): void {
    const bytes = this.raw.view();
    if (this.encoding === 'dense') {
      mergeDense(bytes, registers);
      return;
    }
    let end = 0;
    for (const { first, length, value } of runs(bytes, HEADER_SIZE)) {
      end = first + length;
      if (end > REGISTERS) break;
      for (let i = first; value > 0 && i < end; i++) registers[i] = Math.max(registers[i] ?? 0, value);
    }
    if (end !== REGISTERS) throw new CorruptHyperLogLog();
  }

  /** Changes to the dense form. @returns whether it was sparse. @throws CorruptHyperLogLog */
  toDense(): boolean {
    if (this.encoding === 'dense') return false;
    const registers = new Uint8Array(REGISTERS);
    this.mergeInto(registers);
    this.raw.splice(HEADER_SIZE, this.raw.length - HEADER_SIZE, []);
    this.raw.grow(DENSE_SIZE);
    this.raw.setByte(ENCODING_AT, DENSE);
    for (const [index, value] of registers.entries()) if (value > 0) writeRegister(this.raw, index, value);
    return true;
  }

  /** The runs of the sparse form as text, for PFDEBUG DECODE. */
  describeRuns(): string {
    return Array.from(runs(this.raw.view(), HEADER_SIZE), describeRun).join(' ');
  }

  #register(index: number): number {
    if (this.encoding === 'dense') return readRegister(this.raw, index);
    const place = locate(this.raw.view(), HEADER_SIZE, index);
    if (place === undefined) throw new CorruptHyperLogLog();
    return place.run.value;
  }
}

/** The estimate for registers, one byte each. */
export function countRegisters(registers: Uint8Array): number {
  const histogram = new Uint32Array(REGISTER_MAX + 1);
  for (const value of registers) histogram[value] = (histogram[value] ?? 0) + 1;
  return estimate(histogram);
}

/** Four registers fill three bytes. */
function mergeDense(bytes: Uint8Array, registers: Uint8Array): void {
  for (let i = 0, at = HEADER_SIZE; i < REGISTERS; at += 3) {
    let four = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    for (const end = i + 4; i < end; i++) {
      const value = four & REGISTER_MAX;
      if (value > (registers[i] ?? 0)) registers[i] = value;
      four >>>= REGISTER_BITS;
    }
  }
}

/** Registers of the dense form lie side by side, the lowest bits first. */
function readRegister(raw: RawString, index: number): number {
  const bit = index * REGISTER_BITS;
  const at = HEADER_SIZE + (bit >> 3);
  return ((raw.byteAt(at) | (raw.byteAt(at + 1) << 8)) >> (bit & 7)) & REGISTER_MAX;
}

function writeRegister(raw: RawString, index: number, value: number): void {
  const bit = index * REGISTER_BITS;
  const at = HEADER_SIZE + (bit >> 3);
  const pair = raw.byteAt(at) | (raw.byteAt(at + 1) << 8);
  const changed = (pair & ~(REGISTER_MAX << (bit & 7))) | (value << (bit & 7));
  raw.setByte(at, changed & 0xff);
  if ((bit & 7) + REGISTER_BITS > 8) raw.setByte(at + 1, changed >> 8);
}
