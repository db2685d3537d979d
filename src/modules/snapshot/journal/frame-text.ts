import { FRAME_BYTES, frameSize } from './frame';

/** Room for the text of most turns, bytes. */
const USUAL_BYTES = 64 * 1024;

/** After a longer one the room is given back, bytes. */
const MOST_KEPT_BYTES = 1024 * 1024;

/** Shorter words are written faster here than by the runtime, characters. */
const SHORT_WORD = 24;

/** What a word of a command takes beside itself, bytes at most: `$`, its length, and two ends of line. */
const AROUND_WORD = 16;

const STAR = 0x2a;
const DOLLAR = 0x24;
const ZERO = 0x30;

/** The commands that one turn adds to a journal, in RESP. Written where they stand: strings put together are as much again for the garbage collector. */
export class FrameText {
  #bytes = Buffer.allocUnsafeSlow(USUAL_BYTES);
  #end = FRAME_BYTES;

  get isEmpty(): boolean {
    return this.#end === FRAME_BYTES;
  }

  /** @param line the name and its arguments, as latin1 strings */
  add(line: readonly string[]): void {
    let room = AROUND_WORD;
    for (const word of line) room += word.length + AROUND_WORD;
    if (this.#end + room > this.#bytes.length) this.#grow(room);
    this.#count(STAR, line.length);
    for (const word of line) {
      this.#count(DOLLAR, word.length);
      this.#word(word);
      this.#endLine();
    }
  }

  /**
   * The frame, but for its header; what is added from now on belongs to the next one.
   * @param extra bytes that its payload needs besides, at its end
   */
  take(extra: number): { readonly frame: Buffer<ArrayBuffer>; readonly payload: number } {
    const payload = this.#end - FRAME_BYTES + extra;
    const frame = Buffer.allocUnsafeSlow(frameSize(payload));
    this.#bytes.copy(frame, FRAME_BYTES, FRAME_BYTES, this.#end);
    this.clear();
    return { frame, payload };
  }

  clear(): void {
    this.#end = FRAME_BYTES;
    if (this.#bytes.length > MOST_KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(USUAL_BYTES);
  }

  #grow(room: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#end + room));
    this.#bytes.copy(grown, 0, 0, this.#end);
    this.#bytes = grown;
  }

  #count(sign: number, count: number): void {
    this.#bytes[this.#end++] = sign;
    if (count < 10) this.#bytes[this.#end++] = ZERO + count;
    else this.#word(String(count));
    this.#endLine();
  }

  #word(word: string): void {
    const bytes = this.#bytes;
    let end = this.#end;
    if (word.length < SHORT_WORD) for (let i = 0; i < word.length; i++) bytes[end++] = word.charCodeAt(i);
    else end += bytes.write(word, end, 'latin1');
    this.#end = end;
  }

  #endLine(): void {
    this.#bytes[this.#end++] = 0x0d;
    this.#bytes[this.#end++] = 0x0a;
  }
}
