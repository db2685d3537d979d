import { DamagedFileError, DataFile, integer, type Meta, NO_PAGE, PAGE_HEADER_BYTES, type Tree } from './data-file';

const PageKind = { branch: 0x01, leaf: 0x02, overflow: 0x04 } as const;
const VALUE_ON_OVERFLOW_PAGES = 0x01;
const NODE_HEADER_BYTES = 8;
const OVERFLOW_REFERENCE_BYTES = 24;
/** The two meta pages. */
const FIRST_PAGE = 2;

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
  if ((meta.lastPage + 1) * meta.pageSize > file.bytes) {
    throw new DamagedFileError(`it has ${String(file.bytes)} bytes, fewer than the pages in use`);
  }
  const used = new PageSet(meta.lastPage);
  new TreeWalk(file, meta, used, Buffer.compare, () => undefined).check(meta.main);
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
      if (!first) this.#ascends(key);
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

  /** A separator may equal the first key after it; between them nothing can lie, so one comparison serves both. */
  #ascends(key: Buffer): void {
    if (this.#previousKey !== undefined && this.compare(this.#previousKey, key) >= 0) {
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
    checkHeader(content, first, PageKind.overflow);
    if (content.readUInt32LE(20) !== count) throw new DamagedFileError('a value has the wrong number of pages');
    this.onValue(content.subarray(PAGE_HEADER_BYTES));
  }

  #read(page: number, kind: number): Buffer {
    this.used.add(page);
    const bytes = Buffer.allocUnsafe(this.meta.pageSize);
    this.file.read(bytes, page * this.meta.pageSize);
    checkHeader(bytes, page, kind);
    return bytes;
  }
}

function checkHeader(bytes: Buffer, page: number, kind: number): void {
  if (integer(bytes, 0) !== page || bytes.readUInt16LE(18) !== kind) {
    throw new DamagedFileError(`page ${String(page)} is not the kind of page it has to be`);
  }
}

function* nodes(page: Buffer): Generator<Node> {
  const slotsEnd = PAGE_HEADER_BYTES + page.readUInt16LE(20);
  if (slotsEnd === PAGE_HEADER_BYTES || slotsEnd % 2 === 1 || slotsEnd > page.length) throw outsideItsPage();
  for (let slot = PAGE_HEADER_BYTES; slot < slotsEnd; slot += 2) {
    yield nodeAt(page, PAGE_HEADER_BYTES + page.readUInt16LE(slot), slotsEnd);
  }
}

function nodeAt(page: Buffer, at: number, slotsEnd: number): Node {
  if (at < slotsEnd || at + NODE_HEADER_BYTES > page.length) throw outsideItsPage();
  const low = page.readUInt32LE(at);
  const flags = page.readUInt16LE(at + 4);
  const keyAt = at + NODE_HEADER_BYTES;
  const valueAt = keyAt + page.readUInt16LE(at + 6);
  const isLeaf = page.readUInt16LE(18) === PageKind.leaf;
  const inPage = !isLeaf ? 0 : (flags & VALUE_ON_OVERFLOW_PAGES) !== 0 ? OVERFLOW_REFERENCE_BYTES : low;
  if (valueAt + inPage > page.length) throw outsideItsPage();
  return {
    key: page.subarray(keyAt, valueAt),
    valueBytes: low,
    flags,
    child: low + flags * 2 ** 32,
    value: page.subarray(valueAt, valueAt + inPage),
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
