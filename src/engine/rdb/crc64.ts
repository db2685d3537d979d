/** CRC-64 as Redis uses it: Jones' polynomial, reflected, starting at 0. Kept in halves: bigints are slow. */
const POLYNOMIAL_HIGH = 0x95ac9329;
const POLYNOMIAL_LOW = 0xac4bc9b5;

/** Bytes taken in one step; the tables tell what each of them does to what follows. */
const SLICE = 8;
const HIGH = new Uint32Array(256 * SLICE);
const LOW = new Uint32Array(256 * SLICE);
for (let byte = 0; byte < 256; byte++) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    const odd = (low & 1) === 1;
    low = (low >>> 1) | ((high & 1) << 31);
    high >>>= 1;
    if (odd) {
      low ^= POLYNOMIAL_LOW;
      high ^= POLYNOMIAL_HIGH;
    }
  }
  HIGH[byte] = high;
  LOW[byte] = low;
}
for (let at = 256; at < 256 * SLICE; at++) {
  const low = LOW[at - 256] ?? 0;
  const high = HIGH[at - 256] ?? 0;
  const index = low & 0xff;
  LOW[at] = ((low >>> 8) | (high << 24)) ^ (LOW[index] ?? 0);
  HIGH[at] = (high >>> 8) ^ (HIGH[index] ?? 0);
}

/** The checksum of bytes that come in pieces. */
export class Crc64 {
  #high = 0;
  #low = 0;

  /** Takes the next bytes: those from `start` to before `end`. */
  update(bytes: Uint8Array, start = 0, end = bytes.length): this {
    let high = this.#high;
    let low = this.#low;
    let at = start;
    for (const last = end - SLICE; at <= last; at += SLICE) {
      const a = ((bytes[at] ?? 0) ^ low) & 0xff;
      const b = ((bytes[at + 1] ?? 0) ^ (low >>> 8)) & 0xff;
      const c = ((bytes[at + 2] ?? 0) ^ (low >>> 16)) & 0xff;
      const d = (bytes[at + 3] ?? 0) ^ (low >>> 24);
      const e = ((bytes[at + 4] ?? 0) ^ high) & 0xff;
      const f = ((bytes[at + 5] ?? 0) ^ (high >>> 8)) & 0xff;
      const g = ((bytes[at + 6] ?? 0) ^ (high >>> 16)) & 0xff;
      const h = (bytes[at + 7] ?? 0) ^ (high >>> 24);
      low = at8(LOW, a, b, c, d) ^ at4(LOW, e, f, g, h);
      high = at8(HIGH, a, b, c, d) ^ at4(HIGH, e, f, g, h);
    }
    for (; at < end; at++) {
      const index = (low ^ (bytes[at] ?? 0)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (LOW[index] ?? 0);
      high = (high >>> 8) ^ (HIGH[index] ?? 0);
    }
    this.#high = high;
    this.#low = low;
    return this;
  }

  /** Writes it to a place, the lowest byte first. @returns where it ends */
  write(to: Buffer, at: number): number {
    return to.writeUInt32LE(this.#high >>> 0, to.writeUInt32LE(this.#low >>> 0, at));
  }

  /** Of all bytes so far. */
  get value(): bigint {
    return (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low >>> 0);
  }
}

function at8(table: Uint32Array, a: number, b: number, c: number, d: number): number {
  return (table[1792 + a] ?? 0) ^ (table[1536 + b] ?? 0) ^ (table[1280 + c] ?? 0) ^ (table[1024 + d] ?? 0);
}

function at4(table: Uint32Array, e: number, f: number, g: number, h: number): number {
  return (table[768 + e] ?? 0) ^ (table[512 + f] ?? 0) ^ (table[256 + g] ?? 0) ^ (table[h] ?? 0);
}

/** The checksum of some bytes. */
export function crc64(bytes: Uint8Array): bigint {
  return new Crc64().update(bytes).value;
}
