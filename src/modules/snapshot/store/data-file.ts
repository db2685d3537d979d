import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { codeOf } from '../system-error';

/** The data file is not what LMDB wrote. */
export class DamagedFileError extends Error {}

/** What LMDB says about one of a file's two trees: our records, or the list of free pages. */
export interface Tree {
  readonly flags: number;
  readonly depth: number;
  readonly entries: number;
  /** Page number, or `NO_PAGE` when the tree is empty. */
  readonly root: number;
}

/** The newer of the two meta pages: where a transaction's trees begin. */
export interface Meta {
  readonly pageSize: number;
  readonly transaction: number;
  readonly lastPage: number;
  /** Bytes of address space LMDB wants for the file. */
  readonly mapBytes: number;
  readonly free: Tree;
  readonly main: Tree;
}

/** LMDB's: bytes before the nodes of a page, and the page number that stands for none. */
export const PAGE_HEADER_BYTES = 24;
export const NO_PAGE = -1;

const FLAGS_AT = 18;
const META_PAGE = 0x08;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const TREE_BYTES = 48;
const META_BYTES = PAGE_HEADER_BYTES + 24 + 2 * TREE_BYTES + 16;
const PAGE_SIZES = new Set([4096, 8192, 16384, 32768, 65536]);

/**
 * Reads an LMDB file page by page without mapping it, so that damage is an error and not a signal. The layout is that
 * of the LMDB in lmdb 3.5 (data version 2, 64 bit, little endian).
 */
export class DataFile implements Disposable {
  readonly #descriptor: number;
  readonly bytes: number;

  constructor(path: string) {
    this.#descriptor = openExisting(path);
    this.bytes = fstatSync(this.#descriptor).size;
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }

  /** @throws DamagedFileError when the file ends before. */
  read(into: Buffer, position: number, offset = 0): void {
    const length = into.length - offset;
    if (readSync(this.#descriptor, into, offset, length, position) !== length) {
      throw new DamagedFileError(`it ends at ${String(this.bytes)} bytes, before the page at ${String(position)}`);
    }
  }

  /** @throws DamagedFileError when one of the two meta pages cannot be what LMDB wrote. */
  meta(): Meta {
    const buffer = Buffer.alloc(META_BYTES);
    this.read(buffer, 0);
    const first = parseMeta(buffer, 0);
    this.read(buffer, first.pageSize);
    const second = parseMeta(buffer, 1);
    if (!agree(first, second)) throw new DamagedFileError('its two meta pages contradict each other');
    return second.transaction > first.transaction ? second : first;
  }
}

/** LMDB writes its meta pages in turn, so that they are always one transaction apart; a new file has 0 and 0. */
function agree(first: Meta, second: Meta): boolean {
  const apart = Math.abs(first.transaction - second.transaction);
  return first.pageSize === second.pageSize && (apart === 1 || first.transaction + second.transaction === 0);
}

/** The meta pages of a file that can be read. */
export interface ReadableMetas {
  /** The newer one first. */
  readonly pages: readonly Meta[];
  /** Whether both can be, and do not contradict each other: only then is the first surely the last that was written. */
  readonly agree: boolean;
}

/** For who saves what there is. */
export function readableMetas(file: DataFile): ReadableMetas {
  const first = readableMeta(file, 0, 0);
  const sizes = first === undefined ? PAGE_SIZES : [first.pageSize];
  const second = [...sizes].map((size) => readableMeta(file, 1, size)).find((meta) => meta !== undefined);
  const pages = [first, second].filter((meta) => meta !== undefined).sort((a, b) => b.transaction - a.transaction);
  return { pages, agree: first !== undefined && second !== undefined && agree(first, second) };
}

function readableMeta(file: DataFile, page: number, position: number): Meta | undefined {
  const buffer = Buffer.alloc(META_BYTES);
  try {
    file.read(buffer, position);
    const meta = parseMeta(buffer, page);
    return page === 0 || meta.pageSize === position ? meta : undefined;
  } catch (error) {
    if (error instanceof DamagedFileError) return undefined;
    throw error;
  }
}

/** We left a file here, so that one that is gone is damage like any other. */
function openExisting(path: string): number {
  try {
    // Not through a link; undefined on Windows, which adds nothing.
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    throw codeOf(error) === 'ENOENT' ? new DamagedFileError('it is gone') : error;
  }
}

function parseMeta(buffer: Buffer, page: number): Meta {
  const damaged = (what: string): DamagedFileError => new DamagedFileError(`meta page ${String(page)} has ${what}`);
  if (buffer.readUInt16LE(FLAGS_AT) !== META_PAGE || integer(buffer, 0) !== page) throw damaged('another kind of page');
  let at = PAGE_HEADER_BYTES;
  if (buffer.readUInt32LE(at) !== MAGIC) throw damaged('no LMDB signature');
  if ((buffer.readUInt32LE(at + 4) & 0xffff) !== DATA_VERSION) throw damaged('another LMDB version');
  const mapBytes = integer(buffer, at + 16);
  at += 24;
  const pageSize = buffer.readUInt32LE(at);
  if (!PAGE_SIZES.has(pageSize)) throw damaged(`a page size of ${String(pageSize)}`);
  const free = parseTree(buffer, at);
  const main = parseTree(buffer, at + TREE_BYTES);
  at += 2 * TREE_BYTES;
  return { pageSize, mapBytes, free, main, lastPage: integer(buffer, at), transaction: integer(buffer, at + 8) };
}

function parseTree(buffer: Buffer, at: number): Tree {
  const noRoot = buffer.readBigUInt64LE(at + 40) === 0xffff_ffff_ffff_ffffn;
  return {
    flags: buffer.readUInt16LE(at + 4),
    depth: buffer.readUInt16LE(at + 6),
    entries: integer(buffer, at + 32),
    root: noRoot ? NO_PAGE : integer(buffer, at + 40),
  };
}

/** A 64 bit number that has to be a sane count. @throws DamagedFileError */
export function integer(buffer: Buffer, at: number): number {
  const value = Number(buffer.readBigUInt64LE(at));
  if (!Number.isSafeInteger(value)) throw new DamagedFileError('a number in it is out of range');
  return value;
}
