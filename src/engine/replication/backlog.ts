/** Dropped pieces that are kept in the list before it is written anew. */
const MOST_DROPPED = 1024;
/** Bytes of a string beside its characters, and of its place in the list. */
const PIECE_OVERHEAD = 24;

/** The end of the stream that replicas get, for those that were away and come back. */
export class Backlog {
  #pieces: string[] = [];
  /** Pieces that are dropped already. */
  #dropped = 0;
  #length = 0;

  /** @param first offset of the first byte that it will hold */
  constructor(private first: number) {}

  /** Offset of the first byte it holds. */
  get firstOffset(): number {
    return this.first;
  }

  /** Bytes it holds. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of memory it takes, about. */
  get bytes(): number {
    return this.#length + this.#pieces.length * PIECE_OVERHEAD;
  }

  /** Adds the next bytes. @param limit bytes that it holds at least, where so many came */
  append(text: string, limit: number): void {
    this.#pieces.push(text);
    this.#length += text.length;
    for (let oldest = this.#oldest; oldest !== undefined; oldest = this.#oldest) {
      if (this.#length - oldest.length < limit) break;
      this.first += oldest.length;
      this.#length -= oldest.length;
      this.#pieces[this.#dropped++] = '';
    }
    if (this.#dropped < MOST_DROPPED) return;
    this.#pieces = this.#pieces.slice(this.#dropped);
    this.#dropped = 0;
  }

  /** Everything from an offset on; undefined when it holds that no more, or not yet. */
  since(offset: number): string | undefined {
    const skipped = offset - this.first;
    if (skipped < 0 || skipped > this.#length) return undefined;
    return this.#pieces.slice(this.#dropped).join('').slice(skipped);
  }

  get #oldest(): string | undefined {
    return this.#pieces[this.#dropped];
  }
}
