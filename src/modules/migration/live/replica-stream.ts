import type { Socket } from 'node:net';

/** What a server ends an RDB file of unknown length with has so many characters. */
const MARK_BYTES = 40;

/** Reads what a server sends its replica: lines, the data, and then what changes. */
export class ReplicaStream {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    // Sockets hand out buffers while no encoding is set. It stays open when reading stops.
    this.#chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  }

  /** The next line that is not empty: a server sends empty ones while it is at work. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end < 0) {
        await this.#more();
        continue;
      }
      const line = this.#rest.latin1Slice(0, end).replace(/\r$/, '');
      this.#rest = this.#rest.subarray(end + 1);
      if (line !== '') return line;
    }
  }

  /** The data, as the line before it says: `$<length>` or `$EOF:<mark>`. */
  async *data(header: string): AsyncGenerator<Buffer, void, undefined> {
    const mark = /^\$EOF:(.{40})$/.exec(header)?.[1];
    if (mark !== undefined) yield* this.#untilMark(Buffer.from(mark, 'latin1'));
    else yield* this.#bytes(Number(header.slice(1)));
  }

  /** Everything that follows. */
  async *changes(): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      if (this.#rest.length > 0) {
        const bytes = this.#rest;
        this.#rest = Buffer.alloc(0);
        yield bytes;
      }
      const next = await this.#chunks.next();
      if (next.done === true) return;
      yield next.value;
    }
  }

  async *#bytes(length: number): AsyncGenerator<Buffer, void, undefined> {
    for (let left = length; left > 0;) {
      if (this.#rest.length === 0) await this.#more();
      const bytes = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(bytes.length);
      left -= bytes.length;
      yield bytes;
    }
  }

  /** Nothing follows the mark before the data was acknowledged. */
  async *#untilMark(mark: Buffer): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const { length } = this.#rest;
      const isEnd = length >= MARK_BYTES && this.#rest.subarray(length - MARK_BYTES).equals(mark);
      const bytes = this.#rest.subarray(0, Math.max(0, length - MARK_BYTES));
      this.#rest = isEnd ? Buffer.alloc(0) : this.#rest.subarray(bytes.length);
      if (bytes.length > 0) yield bytes;
      if (isEnd) return;
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    const next = await this.#chunks.next();
    if (next.done === true) throw new Error('the server closed the connection');
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
  }
}
