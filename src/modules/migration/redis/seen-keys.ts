import { createHash } from 'node:crypto';

/** Bytes of a name's hash: two names in 10^9 have the same with a probability of 10^-11. */
const HASH_BYTES = 12;
const WORDS = HASH_BYTES / 4;
const FIRST_SLOTS = 1024;

/** Remembers names in 12 to 24 bytes each: SCAN may hand out a key twice. */
export class SeenKeys {
  #slots = new Uint32Array(FIRST_SLOTS * WORDS);
  #size = 0;

  /** @returns whether the name is new */
  add(name: string): boolean {
    const hash = createHash('sha1').update(name, 'latin1').digest();
    // All zeros stands for an empty slot.
    const words = [hash.readUInt32LE(0) | 1, hash.readUInt32LE(4), hash.readUInt32LE(8)].map((word) => word >>> 0);
    if (!this.#insert(this.#slots, words)) return false;
    this.#size += 1;
    if (this.#size * 3 > (this.#slots.length / WORDS) * 2) this.#grow();
    return true;
  }

  #insert(slots: Uint32Array, [a = 1, b = 0, c = 0]: readonly number[]): boolean {
    const count = slots.length / WORDS;
    for (let slot = b % count; ; slot = (slot + 1) % count) {
      const at = slot * WORDS;
      if (slots[at] === 0) {
        slots.set([a, b, c], at);
        return true;
      }
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c) return false;
    }
  }

  #grow(): void {
    const grown = new Uint32Array(this.#slots.length * 2);
    for (let at = 0; at < this.#slots.length; at += WORDS)
      if (this.#slots[at] !== 0) this.#insert(grown, [...this.#slots.subarray(at, at + WORDS)]);
    this.#slots = grown;
  }
}
