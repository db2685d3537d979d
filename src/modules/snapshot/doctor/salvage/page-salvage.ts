import { type DataFile, integer, type Meta, NO_PAGE, PAGE_HEADER_BYTES } from '../../store/data-file';
import { compareKeys, readFreeList } from '../../store/page-check';
import {
  childOf,
  nodesOf,
  nodesWithin,
  PageKind,
  type PageNode,
  VALUE_ON_OVERFLOW_PAGES,
} from '../../store/page-nodes';
import { isStamp, type StoredEntry } from '../../store/record-format';
import { LostRanges } from './lost-ranges';

const FIRST_PAGE = 2;
/** Deeper than any tree: what goes on is a circle, or none of ours. */
const MOST_LEVELS = 32;

/** Where an entry was found. */
export interface Found {
  /** Of its page: the higher, the newer. */
  readonly transaction: number;
  /** Whether it is certain that it belongs to the snapshot; others may be older, or deleted since. */
  readonly proven: boolean;
}

type FreeList = ReturnType<typeof readFreeList>;

/** Takes an entry. @returns whether it is what was written */
export type EntrySink = (entry: StoredEntry, found: Found) => boolean;

/**
 * Reads what can be read of a damaged data file. A page that is not what it has to be costs what only it leads to; leaves under a
 * lost branch page are found by looking through the pages that neither the tree has nor the list of free ones.
 */
export class PageSalvage {
  /** Where keys of the snapshot may be missing. */
  readonly lost = new LostRanges();
  damagedPages = 0;
  readonly #visited = new Set<number>();
  readonly #pages: number;
  /** `undefined` = nothing is known of free pages. */
  #free: FreeList | undefined;

  /** @param meta where the snapshot begins; `undefined` when no meta page can be read */
  constructor(
    private readonly file: DataFile,
    private readonly pageSize: number,
    private readonly meta: Meta | undefined,
    private readonly sink: EntrySink,
  ) {
    this.#pages = Math.floor(file.bytes / pageSize);
    this.#free = meta && this.#freeList(meta);
  }

  /** Follows the tree. @returns whether its first page could be read, or there is none */
  walk(): boolean {
    if (this.meta === undefined) {
      this.lost.begin();
      this.lost.end();
      return false;
    }
    const { root } = this.meta.main;
    const readable = root === NO_PAGE || this.#visit(root, {}, 0);
    this.lost.end();
    return readable;
  }

  /** Looks through the other pages. */
  scan(): void {
    for (let number = FIRST_PAGE; number < this.#pages; number++) {
      if (this.#visited.has(number) || this.#isFree(number)) continue;
      const page = this.#pageAt(number);
      if (page === undefined) continue;
      const kind = page.readUInt16LE(18);
      // What follows is a value, whatever it looks like.
      if (kind === PageKind.overflow) number += Math.max(0, page.readUInt32LE(20) - 1);
      else if (kind === PageKind.leaf) this.#scanLeaf(page, this.#free !== undefined && number <= this.#lastPage);
    }
  }

  /** Looks for stamps in all pages, free ones too, when the tree has lost its own: they say what the databases were. */
  scanForStamps(): void {
    for (let number = FIRST_PAGE; number < this.#pages; number++) {
      const page = this.#pageAt(number);
      const node = page?.readUInt16LE(18) === PageKind.leaf ? nodesWithin(page)[0] : undefined;
      const entry = node && this.#entryOf(node);
      if (page !== undefined && entry !== undefined && isStamp(entry))
        this.sink(entry, { transaction: integer(page, 8), proven: false });
    }
  }

  get #lastPage(): number {
    return this.meta?.lastPage ?? 0;
  }

  #scanLeaf(page: Buffer, proven: boolean): void {
    const transaction = integer(page, 8);
    for (const node of nodesWithin(page)) {
      const entry = node && this.#entryOf(node);
      if (entry !== undefined) this.sink(entry, { transaction, proven });
    }
  }

  #freeList(meta: Meta): FreeList | undefined {
    try {
      return readFreeList(this.file, meta);
    } catch {
      return undefined; // whatever is wrong with it, nothing is known of free pages
    }
  }

  #isFree(page: number): boolean {
    if (this.#free === undefined || page > this.#lastPage) return false;
    return this.#free.free.has(page) || this.#free.list.has(page);
  }

  /** @returns whether the page could be read */
  #visit(number: number, bounds: Bounds, level: number): boolean {
    const page = level < MOST_LEVELS && !this.#visited.has(number) ? this.#pageAt(number) : undefined;
    if (page === undefined || this.#isFree(number)) {
      // A page that is in use and free: one of both is wrong.
      if (page !== undefined) this.#free = undefined;
      this.#loseSubtree();
      return false;
    }
    this.#visited.add(number);
    const kind = page.readUInt16LE(18);
    if (kind === PageKind.leaf) this.#visitLeaf(number, page, bounds);
    else if (kind === PageKind.branch) this.#visitBranch(page, bounds, level);
    else this.#loseSubtree();
    return kind === PageKind.leaf || kind === PageKind.branch;
  }

  #visitBranch(page: Buffer, bounds: Bounds, level: number): void {
    const nodes = intact(page);
    if (nodes === undefined) {
      this.#loseSubtree();
      return;
    }
    for (const [i, node] of nodes.entries()) {
      const low = i === 0 ? bounds.low : node;
      this.#visit(childOf(node), { low, high: nodes[i + 1] ?? bounds.high }, level + 1);
    }
  }

  #visitLeaf(number: number, page: Buffer, bounds: Bounds): void {
    const nodes = intact(page);
    if (nodes === undefined) this.#loseSubtree();
    else if (!nodes.every((node) => isWithin(node, bounds))) {
      // Another page than was meant, or its parent is wrong: where it belongs is for `scan` to find out.
      this.#visited.delete(number);
      this.#loseSubtree();
      return;
    }
    const transaction = integer(page, 8);
    for (const node of nodes ?? nodesWithin(page)) {
      const entry = node !== undefined && isWithin(node, bounds) ? this.#entryOf(node) : undefined;
      const isSound = entry !== undefined && this.lost.isNext(entry) && this.sink(entry, { transaction, proven: true });
      if (isSound) this.lost.sound(entry);
      else this.lost.begin();
    }
    // What the page says of its last entries is not known to be true.
    if (nodes === undefined) this.lost.begin();
  }

  #loseSubtree(): void {
    this.damagedPages += 1;
    this.lost.begin();
  }

  /** A page that says that it is the one it has to be. */
  #pageAt(number: number): Buffer | undefined {
    if (number < FIRST_PAGE || number >= this.#pages) return undefined;
    const page = Buffer.allocUnsafe(this.pageSize);
    this.file.read(page, number * this.pageSize);
    const isIt = Number(page.readBigUInt64LE(0)) === number;
    const transaction = Number(page.readBigUInt64LE(8));
    const isNewer = transaction > (this.meta?.transaction ?? Number.MAX_SAFE_INTEGER);
    return isIt && !isNewer ? page : undefined;
  }

  /** The entry of a node, wherever its value is; its checksum says whether it is whole. */
  #entryOf(node: PageNode): StoredEntry | undefined {
    if (node.flags === 0) return node;
    if (node.flags !== VALUE_ON_OVERFLOW_PAGES) return undefined;
    const { bytes, keyAt, valueAt, low: valueBytes } = node;
    const first = Number(bytes.readBigUInt64LE(valueAt));
    const count = Math.ceil((PAGE_HEADER_BYTES + valueBytes) / this.pageSize);
    if (first < FIRST_PAGE || first + count > this.#pages) return undefined;
    for (let page = first; page < first + count; page++) this.#visited.add(page);
    const keyBytes = valueAt - keyAt;
    const entry = Buffer.allocUnsafe(keyBytes + valueBytes);
    bytes.copy(entry, 0, keyAt, valueAt);
    this.file.read(entry, first * this.pageSize + PAGE_HEADER_BYTES, keyBytes);
    return { bytes: entry, keyAt: 0, valueAt: keyBytes, end: entry.length };
  }
}

/** What the keys of a page have to be: not below `low`, below `high`. */
interface Bounds {
  readonly low?: StoredEntry | undefined;
  readonly high?: StoredEntry | undefined;
}

function isWithin(entry: StoredEntry, { low, high }: Bounds): boolean {
  return (low === undefined || compareKeys(low, entry) <= 0) && (high === undefined || compareKeys(entry, high) < 0);
}

function intact(page: Buffer): readonly PageNode[] | undefined {
  try {
    return nodesOf(page);
  } catch {
    return undefined; // whatever is wrong with it
  }
}
