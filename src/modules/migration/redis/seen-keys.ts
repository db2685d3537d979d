import { hash } from 'node:crypto';

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
    // Text is the fastest form there is of it.
    const digest = hash('sha1', name);
    // All zeros stands for an empty slot.
    const a = (word(digest, 0) | 1) >>> 0;
    if (!insert(this.#slots, a, word(digest, 1), word(digest, 2))) return false;
    this.#size += 1;
    if (this.#size * 3 > (this.#slots.length / WORDS) * 2) this.#grow();
    return true;
  }

  #grow(): void {
    const slots = this.#slots;
    const grown = new Uint32Array(slots.length * 2);
    for (let at = 0; at < slots.length; at += WORDS)
      if (slots[at] !== 0) insert(grown, slots[at] ?? 0, slots[at + 1] ?? 0, slots[at + 2] ?? 0);
    this.#slots = grown;
  }
}

/** 32 bits of a digest in hexadecimal. */
function word(digest: string, index: number): number {
  return Number.parseInt(digest.slice(index * 8, index * 8 + 8), 16);
}

function insert(slots: Uint32Array, a: number, b: number, c: number): boolean {
  for (let at = (b % (slots.length / WORDS)) * WORDS; ; at = (at + WORDS) % slots.length) {
    if (slots[at] === 0) {
      slots[at] = a;
      slots[at + 1] = b;
      slots[at + 2] = c;
      return true;
    }
    if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c) return false;
  }
}
