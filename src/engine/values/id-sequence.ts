import { Segment } from './segment';
import { compareIds, lowerBound, type StreamId } from './stream-id';

/** Items per block: inserting moves at most so many references, and a million items need few blocks. */
const BLOCK = 128;

/** Some items of a sequence, side by side. */
export class IdBlock<Item extends StreamId> extends Segment {
  constructor(readonly items: Item[]) {
    super();
  }

  /** The items change as well: they are copied, too. */
  copy(): IdBlock<Item> {
    return new IdBlock(this.items.map((item) => ({ ...item })));
  }
}

/** Items in the order of their ids, each id once: O(log n) to find, insert and delete. */
export class IdSequence<Item extends StreamId> {
  #blocks: IdBlock<Item>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  first(): Item | undefined {
    return this.#blocks[0]?.items[0];
  }

  last(): Item | undefined {
    return this.#blocks.at(-1)?.items.at(-1);
  }

  blocks(): readonly IdBlock<Item>[] {
    return this.#blocks;
  }

  /** Appends a block that is not empty, whose ids are greater than all. */
  addBlock(block: IdBlock<Item>): void {
    this.#blocks.push(block);
    this.#size += block.items.length;
  }

  /** Call it before an item is changed. */
  willChange(id: StreamId): void {
    this.#blocks[this.#blockOf(id)]?.willChange();
  }

  get(id: StreamId): Item | undefined {
    const items = this.#blocks[this.#blockOf(id)]?.items ?? [];
    const item = items[lowerBound(items, id)];
    return item !== undefined && compareIds(item, id) === 0 ? item : undefined;
  }

  /** Adds an item whose id is not there yet. */
  add(item: Item): void {
    this.#size += 1;
    const at = this.#blockOf(item);
    const block = this.#blocks[at];
    if (block === undefined) {
      this.#blocks.push(new IdBlock([item]));
      return;
    }
    const { items } = block;
    const position = lowerBound(items, item);
    const isLast = at === this.#blocks.length - 1 && position === items.length;
    if (isLast && items.length >= BLOCK) {
      // Ids mostly come in ascending order: full blocks stay full.
      this.#blocks.push(new IdBlock([item]));
      return;
    }
    block.willChange();
    if (position === items.length) items.push(item);
    else items.splice(position, 0, item);
    if (items.length > BLOCK) this.#blocks.splice(at + 1, 0, new IdBlock(items.splice(BLOCK >> 1)));
  }

  /** @returns whether the id was there */
  delete(id: StreamId): boolean {
    const at = this.#blockOf(id);
    const block = this.#blocks[at];
    if (block === undefined) return false;
    const { items } = block;
    const position = lowerBound(items, id);
    const item = items[position];
    if (item === undefined || compareIds(item, id) !== 0) return false;
    this.#size -= 1;
    if (items.length === 1) {
      this.#blocks.splice(at, 1);
    } else {
      block.willChange();
      items.splice(position, 1);
    }
    return true;
  }

  /** Visits items from `start` on until `visit` returns false. The sequence must not change meanwhile. */
  visit(start: StreamId, visit: (item: Item) => boolean): void {
    const first = this.#blockOf(start);
    let position = lowerBound(this.#blocks[first]?.items ?? [], start);
    for (let at = first; at < this.#blocks.length; at++) {
      const items = this.#blocks[at]?.items ?? [];
      for (; position < items.length; position++) {
        const item = items[position];
        if (item !== undefined && !visit(item)) return;
      }
      position = 0;
    }
  }

  *[Symbol.iterator](): Generator<Item> {
    for (const { items } of this.#blocks) yield* items;
  }

  /** The last block that begins at or before an id; the first when none does. */
  #blockOf(id: StreamId): number {
    const blocks = this.#blocks;
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const first = blocks[middle]?.items[0];
      if (first !== undefined && compareIds(first, id) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
