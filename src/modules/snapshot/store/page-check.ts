import { DamagedFileError, DataFile, integer, type Meta, NO_PAGE, PAGE_HEADER_BYTES, type Tree } from './data-file';

const PageKind = { branch: 0x01, leaf: 0x02, overflow: 0x04 } as const;
const VALUE_ON_OVERFLOW_PAGES = 0x01;
const NODE_HEADER_BYTES = 8;
const OVERFLOW_REFERENCE_BYTES = 24;
/** After the two meta pages. */
const FIRST_PAGE = 2;
const MOST_UNWRITTEN_PAGES = 65_536;
const MOST_MAPPED_BYTES = 2 ** 30;
/** Integer keys, and that the environment is a file rather than a directory. */
const FREE_LIST_FLAGS = 0x4008;

/**
 * Walks both trees of an LMDB file and checks everything that LMDB takes on trust: that pages are what their parents
 * say, that keys are in order (or a later write would store a key twice), and that no page is used twice or both used
 * and free (or a later write would overwrite data). Without this, damage that no record's checksum covers could crash
 * the writer, and with it the host, or spoil a later snapshot.
 * @throws DamagedFileError
 */
export function checkPages(path: string): void {
  using file = new DataFile(path);
  const meta = file.meta();
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
  const used = new PageSet(meta.lastPage);
  new TreeWalk(
    file,
    meta,
    used,
    (a, b) => a.compare(b),
    () => undefined,
  ).check(meta.main);
  const free = new PageSet(meta.lastPage);
  const noteFree = (list: Buffer): void => {
    for (const page of freePages(list)) {
      if (used.has(page)) throw new DamagedFileError(`page ${String(page)} is in use and listed as free`);
      free.add(page);
    }
  };
  new TreeWalk(file, meta, used, compareIntegers, noteFree).check(meta.free);
}

/** Pages seen so far. */
class PageSet {
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

/** One node of a branch or leaf page; `key` and `value` are views into the page. */
interface Node {
  readonly key: Buffer;
  /** Leaf: size of the value. */
  readonly valueBytes: number;
  readonly flags: number;
  /** Branch: page number of the child. */
  readonly child: number;
  /** Leaf: the value, or a reference to the overflow pages that hold it. */
  readonly value: Buffer;
}

class TreeWalk {
  #entries = 0;
  #previousKey: Buffer | undefined;
  /** Of the branch page above: LMDB looks for what is smaller to its left. */
  #separator: Buffer | undefined;

  constructor(
    private readonly file: DataFile,
    private readonly meta: Meta,
    private readonly used: PageSet,
    private readonly compare: (a: Buffer, b: Buffer) => number,
    private readonly onValue: (value: Buffer) => void,
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

  #visitBranch(bytes: Buffer, levels: number): void {
    let first = true;
    for (const { key, child } of nodes(bytes)) {
      // The first key of a branch page is empty: everything is greater.
      if (!first) {
        this.#ascends(key);
        this.#separator = key;
      }
      first = false;
      this.#visit(child, levels - 1);
    }
  }

  #visitLeaf(bytes: Buffer): void {
    for (const node of nodes(bytes)) {
      this.#ascends(node.key);
      this.#previousKey = node.key;
      this.#entries++;
      if (node.flags === 0) this.onValue(node.value);
      else if (node.flags === VALUE_ON_OVERFLOW_PAGES) this.#visitOverflow(node);
      else throw new DamagedFileError(`an entry has the flags ${String(node.flags)}`);
    }
  }

  /** Greater than all keys so far, and not below the separator that led here. */
  #ascends(key: Buffer): void {
    const previous = this.#previousKey;
    const separator = this.#separator;
    if (
      (previous !== undefined && this.compare(previous, key) >= 0) ||
      (separator !== undefined && this.compare(separator, key) > 0)
    ) {
      throw new DamagedFileError('its keys are out of order');
    }
  }

  #visitOverflow({ value, valueBytes }: Node): void {
    const first = integer(value, 0);
    const count = integer(value, 16);
    // More than needed is left behind when a value is replaced by a smaller one in the same transaction.
    if (count * this.meta.pageSize < PAGE_HEADER_BYTES + valueBytes) {
      throw new DamagedFileError('a value has the wrong number of pages');
    }
    for (let page = first; page < first + count; page++) this.used.add(page);
    const content = Buffer.allocUnsafe(PAGE_HEADER_BYTES + valueBytes);
    this.file.read(content, first * this.meta.pageSize);
    this.#checkHeader(content, first, PageKind.overflow);
    if (content.readUInt32LE(20) !== count) throw new DamagedFileError('a value has the wrong number of pages');
    this.onValue(content.subarray(PAGE_HEADER_BYTES));
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

/** The nodes of a page, in order of their keys. @throws DamagedFileError unless they fill the page's end without gaps. */
function* nodes(page: Buffer): Generator<Node> {
  const slotsEnd = PAGE_HEADER_BYTES + page.readUInt16LE(20);
  const nodesStart = PAGE_HEADER_BYTES + page.readUInt16LE(22);
  if (slotsEnd === PAGE_HEADER_BYTES || slotsEnd % 2 === 1 || slotsEnd > nodesStart) throw outsideItsPage();
  const positions: number[] = [];
  let bytes = 0;
  for (let slot = PAGE_HEADER_BYTES; slot < slotsEnd; slot += 2) {
    const at = PAGE_HEADER_BYTES + page.readUInt16LE(slot);
    if (at < nodesStart || at + NODE_HEADER_BYTES > page.length) throw outsideItsPage();
    positions.push(at);
    bytes += nodeBytes(page, at);
  }
  // LMDB puts a new node right before `nodesStart`: nothing may lie there.
  if (nodesStart + bytes !== page.length || new Set(positions).size !== positions.length) throw outsideItsPage();
  for (const at of positions) yield nodeAt(page, at);
}

function nodeBytes(page: Buffer, at: number): number {
  const bytes = NODE_HEADER_BYTES + page.readUInt16LE(at + 6) + bytesInPage(page, at);
  return bytes + (bytes % 2);
}

/** Bytes of a value, or of the reference to it, that are in the page itself. */
function bytesInPage(page: Buffer, at: number): number {
  if (page.readUInt16LE(18) !== PageKind.leaf) return 0;
  const elsewhere = (page.readUInt16LE(at + 4) & VALUE_ON_OVERFLOW_PAGES) !== 0;
  return elsewhere ? OVERFLOW_REFERENCE_BYTES : page.readUInt32LE(at);
}

function nodeAt(page: Buffer, at: number): Node {
  const low = page.readUInt32LE(at);
  const flags = page.readUInt16LE(at + 4);
  const keyAt = at + NODE_HEADER_BYTES;
  const valueAt = keyAt + page.readUInt16LE(at + 6);
  const valueEnd = valueAt + bytesInPage(page, at);
  if (valueEnd > page.length) throw outsideItsPage();
  return {
    key: page.subarray(keyAt, valueAt),
    valueBytes: low,
    flags,
    child: low + flags * 2 ** 32,
    value: page.subarray(valueAt, valueEnd),
  };
}

function outsideItsPage(): DamagedFileError {
  return new DamagedFileError('an entry lies outside its page');
}

/** Keys of the free list: 64 bit transaction numbers. */
function compareIntegers(a: Buffer, b: Buffer): number {
  if (a.length !== 8 || b.length !== 8) throw new DamagedFileError('an entry of the free list has no number');
  return integer(a, 0) - integer(b, 0);
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
