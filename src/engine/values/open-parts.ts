import { FEW, fitsPacked, pack, packedBytes, unpack } from './packed-parts';

/** The parts of a packed string while they are in use: an array is faster than a map of so few would be. */
export abstract class OpenParts {
  /** Whether they stay open after the command. */
  stays = false;
  protected readonly parts: string[];
  #packedLength: number;
  /** The packed form, until something changes. */
  #packed: string | undefined;

  /** @param packed what `pack` made of them */
  constructor(packed = '') {
    this.parts = unpack(packed);
    this.#packedLength = packed.length;
    this.#packed = packed;
  }

  /** Elements: pairs or members. */
  abstract get size(): number;

  /** What they take in packed form: they are open for a while only. */
  get bytes(): number {
    return packedBytes(this.#packedLength);
  }

  pack(): string {
    return this.#packed ?? pack(this.parts);
  }

  /**
   * Whether they can still be packed with one element more.
   * @param length of the element when it is packed
   * @param longest its longest part
   */
  protected fits(length: number, longest: number): boolean {
    return fitsPacked(FEW, this.size + 1, this.#packedLength + length, longest);
  }

  /** To be called when the parts change. @param growth of the packed form */
  protected changed(growth: number): void {
    this.#packed = undefined;
    this.#packedLength += growth;
  }
}
