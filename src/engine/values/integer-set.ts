import { parseInt64 } from './int64';

/** int64 integers in ascending order, as text outside: what Redis calls an intset. */
export class IntegerSet {
  /** Whether it stays as it is after the command, where few integers would be packed. */
  stays = false;
  /** Numbers while they are safe, else bigints: JavaScript compares the two exactly. */
  readonly #sorted: (number | bigint)[];

  /** @param members what `members` answered */
  constructor(members: readonly string[] = []) {
    this.#sorted = members.map((text) => parseInt64(text) ?? 0);
  }

  get size(): number {
    return this.#sorted.length;
  }

  at(index: number): string | undefined {
    const value = this.#sorted[index];
    return value === undefined ? undefined : String(value);
  }

  has(text: string): boolean {
    const value = parseInt64(text);
    return value !== undefined && this.#sorted[this.#place(value)] === value;
  }

  /** @returns whether the integer is new; undefined when the text is none and does not belong here */
  add(text: string): boolean | undefined {
    const value = parseInt64(text);
    if (value === undefined) return undefined;
    const place = this.#place(value);
    if (this.#sorted[place] === value) return false;
    this.#sorted.splice(place, 0, value);
    return true;
  }

  delete(text: string): boolean {
    const value = parseInt64(text);
    if (value === undefined) return false;
    const place = this.#place(value);
    if (this.#sorted[place] !== value) return false;
    this.#sorted.splice(place, 1);
    return true;
  }

  members(): string[] {
    return this.#sorted.map(String);
  }

  /** Where a value is, or would be. */
  #place(value: number | bigint): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? Infinity) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
