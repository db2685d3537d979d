/** A value with a form that is small and one that is fast. */
export interface Compactable {
  /** Takes the small form. */
  compact(): void;
}

/** The values of one size that are open: few, as what lives longer than a moment costs the garbage collector more. */
export class OpenValues {
  readonly #ring: (Compactable | undefined)[];
  #next = 0;
  #random = 1;

  /**
   * @param most how many stay open at a time
   * @param usesLog2 one use of a compact value in 2^usesLog2 opens it
   */
  constructor(
    most: number,
    private readonly usesLog2: number,
  ) {
    this.#ring = new Array<undefined>(most).fill(undefined);
  }

  /**
   * Whether a compact value that is used should be opened. By chance, which needs no memory per value: one that is used
   * often is soon open, and few of those used once are.
   */
  worthOpening(): boolean {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) | 0;
    return this.#random >>> (32 - this.usesLog2) === 0;
  }

  /** A value stays open: the one that did so longest ago takes its small form. */
  opened(value: Compactable): void {
    const ring = this.#ring;
    const oldest = ring[this.#next];
    ring[this.#next] = value;
    this.#next = (this.#next + 1) % ring.length;
    if (oldest !== undefined) oldest.compact();
  }

  /** An open value has another form now, for good: what it holds must not be kept alive here. */
  outgrown(value: Compactable): void {
    const ring = this.#ring;
    for (let back = 1; back <= ring.length; back++) {
      const slot = (this.#next - back + ring.length) % ring.length;
      if (ring[slot] !== value) continue;
      ring[slot] = undefined;
      return;
    }
  }
}

/** Values of at most `FEW` parts. */
export const FEW_PARTS = new OpenValues(1024, 3);
/** Values of at most `MANY` parts: opening one takes as long as some fifty uses of it. */
export const MANY_PARTS = new OpenValues(64, 6);
