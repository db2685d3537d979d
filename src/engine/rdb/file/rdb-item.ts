/** A key of a file. Strings have one character per byte. */
interface KeyItem {
  readonly db: number;
  readonly key: string;
  /** Milliseconds since the epoch; 0 = never. */
  readonly expireAt: number;
}

/** What an RDB file holds, one thing after the other. */
export type RdbItem =
  | { readonly kind: 'function'; readonly source: string }
  | (KeyItem & {
      readonly kind: 'value';
      /** Type byte and body, as in a payload of DUMP before its footer. */
      readonly body: Buffer;
      /** Seconds without use, where the file says so. */
      readonly idle?: number;
      /** How often it was used, 0 to 255, where the file says so. */
      readonly frequency?: number;
    })
  /** Some elements of a value too large for one piece, in the form of a smaller value; a list's and a text's in order. */
  | (KeyItem & {
      readonly kind: 'part';
      readonly body: Buffer;
      readonly first: boolean;
      readonly last: boolean;
      /** Elements (of a text, bytes) of all parts, where that is known. */
      readonly total?: number;
    })
  /** A key whose value cannot be taken in; `what` it is. */
  | { readonly kind: 'refused'; readonly db: number; readonly key: string; readonly what: string };

/** What is handed out at once: so many items, or bytes. */
const BATCH_ITEMS = 512;
const BATCH_BYTES = 1024 * 1024;

/** Items that are handed out at once. */
export class ItemBatch {
  readonly items: RdbItem[] = [];
  #bytes = 0;

  get isFull(): boolean {
    return this.items.length >= BATCH_ITEMS || this.#bytes >= BATCH_BYTES;
  }

  add(item: RdbItem): void {
    this.items.push(item);
    this.#bytes += 'body' in item ? item.body.length + item.key.length : 0;
  }
}
