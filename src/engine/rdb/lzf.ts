/** A literal run is at most so long, a match so long and so far back: what LZF's control bytes can say. */
const LONGEST_RUN = 32;
const LONGEST_MATCH = 264;
const FARTHEST = 8192;
/** Shorter repetitions take no less room than the bytes themselves. */
const SHORTEST_MATCH = 3;

const TABLE_BITS = 14;
/** Where three bytes were last seen, by their hash: place + 1. Entries of other texts are told by a base that grows. */
const seen = new Uint32Array(1 << TABLE_BITS);
let base = 0;

/** How far back the three bytes at a place were seen, and notes that they are here; 0 = nowhere. */
function lookUp(bytes: Uint8Array, at: number): number {
  const a = bytes[at] ?? 0;
  const b = bytes[at + 1] ?? 0;
  const c = bytes[at + 2] ?? 0;
  const hash = Math.imul((a << 16) | (b << 8) | c, 0x9e3779b1) >>> (32 - TABLE_BITS);
  const before = (seen[hash] ?? 0) - base - 1;
  seen[hash] = base + at + 1;
  if (before < 0 || at - before > FARTHEST) return 0;
  return bytes[before] === a && bytes[before + 1] === b && bytes[before + 2] === c ? at - before : 0;
}

/** Compresses texts of up to 4 GB with LZF (liblzf's format), greedily. */
class Compression {
  #from = 0;
  #literal = 0;
  #to: number;

  /** @param end of the text @param start where what comes of it begins @param limit where it must end */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly end: number,
    private readonly out: Uint8Array,
    start: number,
    private readonly limit: number,
  ) {
    this.#to = start;
  }

  /** @returns where what was written ends; undefined when it would not fit */
  run(): number | undefined {
    const { bytes } = this;
    const end = this.end - SHORTEST_MATCH;
    // A variable of its own: nearly every byte of an export passes here.
    let from = 0;
    while (from <= end) {
      const back = lookUp(bytes, from);
      if (back === 0) {
        from += 1;
        continue;
      }
      this.#from = from;
      if (!this.#literals() || !this.#match(back)) return undefined;
      from = this.#from;
    }
    this.#from = this.end;
    return this.#literals() ? this.#to : undefined;
  }

  /** Writes the bytes before the next match as they are. */
  #literals(): boolean {
    const { bytes, out } = this;
    while (this.#literal < this.#from) {
      const run = Math.min(LONGEST_RUN, this.#from - this.#literal);
      if (this.#to + run + 1 > this.limit) return false;
      out[this.#to++] = run - 1;
      for (const end = this.#literal + run; this.#literal < end;) out[this.#to++] = bytes[this.#literal++] ?? 0;
    }
    return true;
  }

  #match(back: number): boolean {
    const { bytes, out } = this;
    const most = Math.min(LONGEST_MATCH, this.end - this.#from);
    let length = SHORTEST_MATCH;
    while (length < most && bytes[this.#from + length] === bytes[this.#from + length - back]) length += 1;
    if (this.#to + SHORTEST_MATCH > this.limit) return false;
    const distance = back - 1;
    const short = length - 2;
    out[this.#to++] = (Math.min(short, 7) << 5) | (distance >> 8);
    if (short >= 7) out[this.#to++] = short - 7;
    out[this.#to++] = distance & 0xff;
    // The last places within the match are where what follows is likeliest to begin again.
    const end = this.#from + length;
    this.#from = end - 2;
    while (this.#from < end) {
      if (this.#from + SHORTEST_MATCH <= this.end) lookUp(bytes, this.#from);
      this.#from += 1;
    }
    this.#literal = end;
    return true;
  }
}

/**
 * Compresses bytes with LZF.
 * @param length of what is compressed, from the beginning of `bytes`
 * @param out what comes of it is written here, from `start` to before `limit`
 * @returns the bytes it takes; undefined when it does not fit
 */
export function compressLzf(
  bytes: Uint8Array,
  length: number,
  out: Uint8Array,
  start: number,
  limit: number,
): number | undefined {
  if (base + length + 1 > 0xffff_ffff) {
    seen.fill(0);
    base = 0;
  }
  const end = new Compression(bytes, length, out, start, limit).run();
  base += length;
  return end === undefined ? undefined : end - start;
}

/**
 * Undoes LZF compression.
 * @param packed the compressed bytes stand here, from `start` to before `end`
 * @param length of what comes of them
 * @param into where that is written, if there is room for it; default: a buffer of its own
 * @returns the buffer that begins with it; undefined when the data is damaged
 */
export function decompressLzf(
  packed: Buffer,
  start: number,
  end: number,
  length: number,
  into?: Buffer,
): Buffer | undefined {
  // A claimed length that no such input can unpack to must not allocate memory.
  if (length > (end - start) * LONGEST_MATCH) return undefined;
  const out = into !== undefined && into.length >= length ? into : Buffer.allocUnsafe(length);
  let from = start;
  let to = 0;
  while (from < end) {
    const control = packed[from++] ?? 0;
    if (control < LONGEST_RUN) {
      let left = control + 1;
      if (from + left > end || to + left > length) return undefined;
      // So few bytes are copied faster here than by a call.
      while (left-- > 0) out[to++] = packed[from++] ?? 0;
      continue;
    }
    let run = (control >> 5) + 2;
    if (control >> 5 === 7) run += from < end ? (packed[from++] ?? 0) : 0;
    let source = to - ((control & 0x1f) << 8) - (from < end ? (packed[from++] ?? 0) : 0) - 1;
    if (source < 0 || to + run > length) return undefined;
    // Byte by byte: source and destination may overlap on purpose.
    while (run-- > 0) out[to++] = out[source++] ?? 0;
  }
  return to === length ? out : undefined;
}
