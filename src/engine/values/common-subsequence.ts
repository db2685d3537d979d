/** Where a stretch of one string equals a stretch of another: first and last position in each. */
export interface Match {
  readonly inA: readonly [first: number, last: number];
  readonly inB: readonly [first: number, last: number];
}

/** Bytes of the table that finding the longest common subsequence takes. */
export function tableBytes(a: string, b: string): number {
  return (a.length + 1) * (b.length + 1) * Uint32Array.BYTES_PER_ELEMENT;
}

/** The longest common subsequence of two strings, by the table of the lengths for all their beginnings. */
export class CommonSubsequence {
  readonly #table: Uint32Array;
  readonly #width: number;

  constructor(
    private readonly a: string,
    private readonly b: string,
  ) {
    this.#width = b.length + 1;
    this.#table = new Uint32Array((a.length + 1) * this.#width);
    for (let i = 1; i <= a.length; i++) this.#fillRow(i);
  }

  get length(): number {
    return this.#at(this.a.length, this.b.length);
  }

  /** The matching stretches, the last one first. */
  matches(): Match[] {
    const matches: Match[] = [];
    let i = this.a.length;
    let j = this.b.length;
    while (i > 0 && j > 0) {
      if (this.a.charCodeAt(i - 1) === this.b.charCodeAt(j - 1)) {
        const length = this.#matchBefore(i, j);
        matches.push({ inA: [i - length, i - 1], inB: [j - length, j - 1] });
        i -= length;
        j -= length;
      } else if (this.#at(i - 1, j) > this.#at(i, j - 1)) {
        i -= 1;
      } else {
        j -= 1;
      }
    }
    return matches;
  }

  toString(): string {
    return this.matches()
      .reverse()
      .map(({ inA: [first, last] }) => this.a.slice(first, last + 1))
      .join('');
  }

  #fillRow(i: number): void {
    const { a, b } = this;
    const table = this.#table;
    const row = i * this.#width;
    const above = row - this.#width;
    const byte = a.charCodeAt(i - 1);
    for (let j = 1; j <= b.length; j++) {
      const skipped = Math.max(table[above + j] ?? 0, table[row + j - 1] ?? 0);
      table[row + j] = byte === b.charCodeAt(j - 1) ? (table[above + j - 1] ?? 0) + 1 : skipped;
    }
  }

  #at(i: number, j: number): number {
    return this.#table[i * this.#width + j] ?? 0;
  }

  /** How many characters before these ends are equal. */
  #matchBefore(i: number, j: number): number {
    let length = 0;
    while (length < i && length < j && this.a.charCodeAt(i - 1 - length) === this.b.charCodeAt(j - 1 - length))
      length += 1;
    return length;
  }
}
