/** What the heap orders: it carries its own place, so that a new deadline moves it instead of adding a second one. */
export interface Expiring {
  /** Position in the heap; -1 = no deadline. Only `ExpiryHeap` writes it. */
  heapIndex: number;
}

/** A binary min-heap of deadlines (milliseconds since the epoch) with O(log n) change and removal. */
export class ExpiryHeap<E extends Expiring> {
  readonly #items: E[] = [];
  #times = new Float64Array(16);
  /** Deadlines that no JavaScript number holds exactly: some hundred thousand years away, and yet clients ask for them. */
  readonly #exact = new Map<E, bigint>();

  get size(): number {
    return this.#items.length;
  }

  /** The deadline of an item, 0 when it has none. */
  timeOf(item: E): number {
    return item.heapIndex < 0 ? 0 : (this.#times[item.heapIndex] ?? 0);
  }

  /** The same to the millisecond: a bigint where no number is exact. */
  exactTimeOf(item: E): number | bigint {
    return this.#exact.get(item) ?? this.timeOf(item);
  }

  /** The item whose deadline comes first. */
  first(): E | undefined {
    return this.#items[0];
  }

  /** The earliest deadline; Infinity when there is none. */
  get firstTime(): number {
    return this.#items.length === 0 ? Infinity : (this.#times[0] ?? Infinity);
  }

  at(index: number): E | undefined {
    return this.#items[index];
  }

  set(item: E, exact: number | bigint): void {
    const time = Number(exact);
    if (typeof exact === 'bigint') this.#exact.set(item, exact);
    else if (this.#exact.size > 0) this.#exact.delete(item);
    if (item.heapIndex < 0) {
      if (this.#items.length === this.#times.length) this.#growTimes();
      item.heapIndex = this.#items.length;
      this.#items.push(item);
      this.#times[item.heapIndex] = time;
      this.#up(item, time);
      return;
    }
    const before = this.#times[item.heapIndex] ?? 0;
    this.#times[item.heapIndex] = time;
    if (time < before) this.#up(item, time);
    else this.#down(item, time);
  }

  remove(item: E): void {
    const hole = item.heapIndex;
    if (hole < 0) return;
    item.heapIndex = -1;
    if (this.#exact.size > 0) this.#exact.delete(item);
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    const time = this.#times[this.#items.length] ?? 0;
    this.#place(last, time, hole);
    this.#up(last, time);
    this.#down(last, time);
  }

  #place(item: E, time: number, index: number): void {
    this.#items[index] = item;
    this.#times[index] = time;
    item.heapIndex = index;
  }

  #up(item: E, time: number): void {
    let index = item.heapIndex;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentTime = this.#times[parent] ?? 0;
      const parentItem = this.#items[parent];
      if (parentItem === undefined || parentTime <= time) break;
      this.#place(parentItem, parentTime, index);
      index = parent;
    }
    this.#place(item, time, index);
  }

  #down(item: E, time: number): void {
    let index = item.heapIndex;
    const size = this.#items.length;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && (this.#times[child + 1] ?? 0) < (this.#times[child] ?? 0)) child += 1;
      const childTime = this.#times[child] ?? 0;
      const childItem = this.#items[child];
      if (childItem === undefined || childTime >= time) break;
      this.#place(childItem, childTime, index);
      index = child;
    }
    this.#place(item, time, index);
  }

  #growTimes(): void {
    const grown = new Float64Array(this.#times.length * 2);
    grown.set(this.#times);
    this.#times = grown;
  }
}
