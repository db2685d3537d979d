import { compareIds, lowerBound, type StreamId } from './stream-id';

/** Items per block: inserting moves at most so many references, and a million items need few blocks. */
const BLOCK = 128;

/** Items in the order of their ids, each id once: O(log n) to find, insert and delete. */
export class IdSequence<Item extends StreamId> {
  #blocks: Item[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  first(): Item | undefined {
    return this.#blocks[0]?.[0];
  }

  last(): Item | undefined {
    return this.#blocks.at(-1)?.at(-1);
  }

  get(id: StreamId): Item | undefined {
    const block = this.#blocks[this.#blockOf(id)];
    const item = block?.[lowerBound(block, id)];
    return item !== undefined && compareIds(item, id) === 0 ? item : undefined;
  }

  /** Adds an item whose id is not there yet. */
  add(item: Item): void {
    this.#size += 1;
    const at = this.#blockOf(item);
    const block = this.#blocks[at];
    if (block === undefined) {
      this.#blocks.push([item]);
      return;
    }
    const position = lowerBound(block, item);
    const isLast = at === this.#blocks.length - 1 && position === block.length;
    if (isLast && block.length >= BLOCK) {
      // Ids mostly come in ascending order: full blocks stay full.
      this.#blocks.push([item]);
      return;
    }
    if (position === block.length) block.push(item);
    else block.splice(position, 0, item);
    if (block.length > BLOCK) this.#blocks.splice(at + 1, 0, block.splice(BLOCK >> 1));
  }

  /** @returns whether the id was there */
  delete(id: StreamId): boolean {
    const at = this.#blockOf(id);
    const block = this.#blocks[at];
    if (block === undefined) return false;
    const position = lowerBound(block, id);
    const item = block[position];
    if (item === undefined || compareIds(item, id) !== 0) return false;
    this.#size -= 1;
    if (block.length === 1) this.#blocks.splice(at, 1);
    else block.splice(position, 1);
    return true;
  }

  /** Visits items from `start` on until `visit` returns false. The sequence must not change meanwhile. */
  visit(start: StreamId, visit: (item: Item) => boolean): void {
    const first = this.#blockOf(start);
    let position = lowerBound(this.#blocks[first] ?? [], start);
    for (let at = first; at < this.#blocks.length; at++) {
      const block = this.#blocks[at] ?? [];
      for (; position < block.length; position++) {
        const item = block[position];
        if (item !== undefined && !visit(item)) return;
      }
      position = 0;
    }
  }

  *[Symbol.iterator](): Generator<Item> {
    for (const block of this.#blocks) yield* block;
  }

  /** The last block that begins at or before an id; the first when none does. */
  #blockOf(id: StreamId): number {
    const blocks = this.#blocks;
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const first = blocks[middle]?.[0];
      if (first !== undefined && compareIds(first, id) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
