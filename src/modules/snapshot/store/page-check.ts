import { DamagedFileError, DataFile, integer, type Meta, NO_PAGE, PAGE_HEADER_BYTES, type Tree } from './data-file';
import { childOf, nodesOf, type PageNode, PageKind, VALUE_ON_OVERFLOW_PAGES } from './page-nodes';
import type { StoredEntry } from './record-format';

/** After the two meta pages. */
const FIRST_PAGE = 2;
const MOST_UNWRITTEN_PAGES = 65_536;
const MOST_MAPPED_BYTES = 2 ** 30;
/** Integer keys, and that the environment is a file rather than a directory. */
const FREE_LIST_FLAGS = 0x4008;

/**
 * Reads the entries of an LMDB file in the order of their keys, and checks everything that LMDB takes on trust: that
 * pages of both trees are what their parents
 * say, that keys are in order (or a later write would store a key twice), and that no page is used twice or both used
 * and free (or a later write would overwrite data). Without this, damage that no record's checksum covers could crash
 * the writer, and with it the host, or spoil a later snapshot.
 * @throws DamagedFileError
 */
export function readPages(path: string, onEntry: (entry: StoredEntry) => void): void {
  using file = new DataFile(path);
  const meta = file.meta();
  assertPlausible(file, meta);
  const used = new PageSet(meta.lastPage);
  new TreeWalk(file, meta, used, compareKeys, onEntry).check(meta.main);
  checkFreeList(file, meta, used, new PageSet(meta.lastPage));
}

/** That a meta page is one of ours, and fits its file. @throws DamagedFileError */
function assertPlausible(file: DataFile, meta: Meta): void {
  // The file may be shorter than its last page says: pages at the end that were freed before they were ever written.
  const pagesInFile = Math.floor(file.bytes / meta.pageSize);
  if (meta.lastPage > 2 * pagesInFile + MOST_UNWRITTEN_PAGES) {
    throw new DamagedFileError(`it has ${String(pagesInFile)} pages where ${String(meta.lastPage + 1)} are in use`);
  }
  if (
    meta.mapBytes > MOST_MAPPED_BYTES + 4 * file.bytes ||
    meta.main.flags !== 0 ||
    meta.free.flags !== FREE_LIST_FLAGS
  ) {
    throw new DamagedFileError('its meta page has settings that are not ours');
  }
}

function checkFreeList(file: DataFile, meta: Meta, used: PageSet, free: PageSet): void {
  const noteFree = ({ bytes, valueAt, end }: StoredEntry): void => {
    for (const page of freePages(bytes.subarray(valueAt, end))) {
      if (used.has(page)) throw new DamagedFileError(`page ${String(page)} is in use and listed as free`);
      free.add(page);
    }
  };
  new TreeWalk(file, meta, used, compareIntegers, noteFree).check(meta.free);
}

/** Which pages are free, and which the list of them is kept on: for who saves what there is. @throws DamagedFileError */
export function readFreeList(file: DataFile, meta: Meta): { readonly free: PageSet; readonly list: PageSet } {
  assertPlausible(file, meta);
  const list = new PageSet(meta.lastPage);
  const free = new PageSet(meta.lastPage);
  checkFreeList(file, meta, list, free);
  return { free, list };
}

/** A set of the pages of a file. */
export class PageSet {
  readonly #seen: Uint8Array;

  constructor(lastPage: number) {
    this.#seen = new Uint8Array(lastPage + 1);
  }

  has(page: number): boolean {
    return this.#seen[page] === 1;
  }

  /** @throws DamagedFileError when the page cannot be, or is there already. */
  add(page: number): void {
    if (page < FIRST_PAGE || page >= this.#seen.length)
      throw new DamagedFileError(`page ${String(page)} is out of range`);
    if (this.#seen[page] === 1) throw new DamagedFileError(`page ${String(page)} appears twice`);
    this.#seen[page] = 1;
  }
}

class TreeWalk {
  #entries = 0;
  #previous: PageNode | undefined;
  /** Of the branch page above: LMDB looks for what is smaller to its left. */
  #separator: PageNode | undefined;

  constructor(
    private readonly file: DataFile,
    private readonly meta: Meta,
    private readonly used: PageSet,
    private readonly compare: (a: PageNode, b: PageNode) => number,
    private readonly onEntry: (entry: StoredEntry) => void,
  ) {}

  check(tree: Tree): void {
    if (tree.root !== NO_PAGE) this.#visit(tree.root, tree.depth);
    if (this.#entries !== tree.entries) {
      throw new DamagedFileError(
        `it holds ${String(this.#entries)} entries where LMDB counted ${String(tree.entries)}`,
      );
    }
  }

  #visit(page: number, levels: number): void {
    if (levels === 1) this.#visitLeaf(this.#read(page, PageKind.leaf));
    else if (levels > 1) this.#visitBranch(this.#read(page, PageKind.branch), levels);
    else throw new DamagedFileError('a tree is deeper than LMDB says');
  }

  #visitBranch(page: Buffer, levels: number): void {
    const [first, ...others] = nodesOf(page);
    // The first key of a branch page is empty: everything is greater.
    this.#visit(childOf(first), levels - 1);
    for (const node of others) {
      this.#ascends(node);
      this.#notBelowSeparator(node);
      this.#separator = node;
      this.#visit(childOf(node), levels - 1);
    }
  }

  #visitLeaf(page: Buffer): void {
    const nodes = nodesOf(page);
    // All others are greater than the first.
    this.#notBelowSeparator(nodes[0]);
    for (const node of nodes) {
      this.#ascends(node);
      this.#previous = node;
      this.#entries++;
      if (node.flags === 0) this.onEntry(node);
      else if (node.flags === VALUE_ON_OVERFLOW_PAGES) this.onEntry(this.#overflowing(node));
      else throw new DamagedFileError(`an entry has the flags ${String(node.flags)}`);
    }
  }

  /** Greater than all keys so far. */
  #ascends(node: PageNode): void {
    if (this.#previous !== undefined && this.compare(this.#previous, node) >= 0) throw outOfOrder();
  }

  /** Not below the separator that led here. */
  #notBelowSeparator(node: PageNode): void {
    if (this.#separator !== undefined && this.compare(this.#separator, node) > 0) throw outOfOrder();
  }

  /** The entry of a node that only says on which pages its value is. */
  #overflowing({ bytes, keyAt, valueAt, low: valueBytes }: PageNode): StoredEntry {
    const first = integer(bytes, valueAt);
    const count = integer(bytes, valueAt + 16);
    // More than needed is left behind when a value is replaced by a smaller one in the same transaction.
    if (count * this.meta.pageSize < PAGE_HEADER_BYTES + valueBytes) {
      throw new DamagedFileError('a value has the wrong number of pages');
    }
    for (let page = first; page < first + count; page++) this.used.add(page);
    const keyBytes = valueAt - keyAt;
    const entry = Buffer.allocUnsafe(keyBytes + PAGE_HEADER_BYTES + valueBytes);
    this.file.read(entry, first * this.meta.pageSize, keyBytes);
    const header = entry.subarray(keyBytes);
    this.#checkHeader(header, first, PageKind.overflow);
    if (header.readUInt32LE(20) !== count) throw new DamagedFileError('a value has the wrong number of pages');
    // Over the header, so that the value follows the key.
    bytes.copy(entry, PAGE_HEADER_BYTES, keyAt, valueAt);
    return { bytes: entry, keyAt: PAGE_HEADER_BYTES, valueAt: PAGE_HEADER_BYTES + keyBytes, end: entry.length };
  }

  #read(page: number, kind: number): Buffer {
    this.used.add(page);
    const bytes = Buffer.allocUnsafe(this.meta.pageSize);
    this.file.read(bytes, page * this.meta.pageSize);
    this.#checkHeader(bytes, page, kind);
    return bytes;
  }

  #checkHeader(bytes: Buffer, page: number, kind: number): void {
    // A page newer than the last transaction is one that LMDB believes it may change where it lies.
    const tooNew = integer(bytes, 8) > this.meta.transaction;
    if (integer(bytes, 0) !== page || bytes.readUInt16LE(18) !== kind || tooNew) {
      throw new DamagedFileError(`page ${String(page)} is not the page it has to be`);
    }
  }
}

function outOfOrder(): DamagedFileError {
  return new DamagedFileError('its keys are out of order');
}

/** The order of the keys of records. */
export function compareKeys(a: StoredEntry, b: StoredEntry): number {
  const aBytes = a.valueAt - a.keyAt;
  const bBytes = b.valueAt - b.keyAt;
  const shorter = Math.min(aBytes, bBytes);
  for (let i = 0; i < shorter; i++) {
    const difference = (a.bytes[a.keyAt + i] ?? 0) - (b.bytes[b.keyAt + i] ?? 0);
    if (difference !== 0) return difference;
  }
  return aBytes - bBytes;
}

/** Keys of the free list: 64 bit transaction numbers. */
function compareIntegers(a: PageNode, b: PageNode): number {
  if (a.valueAt - a.keyAt !== 8 || b.valueAt - b.keyAt !== 8)
    throw new DamagedFileError('an entry of the free list has no number');
  return integer(a.bytes, a.keyAt) - integer(b.bytes, b.keyAt);
}

/**
 * Pages in one entry of the free list, in the encoding of lmdb's LMDB: the number of words that follow, then page
 * numbers; a negative word is the length of a run that begins at the next word, 0 is a gap.
 */
function* freePages(list: Buffer): Generator<number> {
  const words = list.length < 8 ? -1 : integer(list, 0);
  if (words < 0 || (words + 1) * 8 > list.length) throw new DamagedFileError('an entry of the free list is cut short');
  for (let word = 1; word <= words; word++) {
    const value = Number(list.readBigInt64LE(word * 8));
    if (value === 0) continue;
    if (value > 0) {
      yield value;
      continue;
    }
    if (++word > words) throw new DamagedFileError('an entry of the free list is cut short');
    const first = integer(list, word * 8);
    for (let page = first; page < first - value; page++) yield page;
  }
}
