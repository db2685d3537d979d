import { DamagedFileError, PAGE_HEADER_BYTES } from './data-file';
import type { StoredEntry } from './record-format';

/** LMDB's flags: of a page, what it holds; of a node, that its value is on pages of its own. */
export const PageKind = { branch: 0x01, leaf: 0x02, overflow: 0x04 } as const;
export const VALUE_ON_OVERFLOW_PAGES = 0x01;

const NODE_HEADER_BYTES = 8;
const OVERFLOW_REFERENCE_BYTES = 24;

/** One node of a branch or leaf page: in a leaf an entry, or its key and a reference to the pages of its value. */
export interface PageNode extends StoredEntry {
  readonly flags: number;
  /** Leaf: size of the value. Branch: the lower half of the child's page number. */
  readonly low: number;
}

/** Page number of the child that a branch page's node leads to. */
export function childOf({ low, flags }: PageNode): number {
  return low + flags * 2 ** 32;
}

/** The nodes of a page, in order of their keys. @throws DamagedFileError unless they fill the page's end without gaps. */
export function nodesOf(page: Buffer): [PageNode, ...PageNode[]] {
  const slotsEnd = PAGE_HEADER_BYTES + page.readUInt16LE(20);
  const nodesStart = PAGE_HEADER_BYTES + page.readUInt16LE(22);
  if (slotsEnd === PAGE_HEADER_BYTES || slotsEnd % 2 === 1 || slotsEnd > nodesStart) throw outsideItsPage();
  const isLeaf = page.readUInt16LE(18) === PageKind.leaf;
  const nodes: PageNode[] = [];
  const starts = new Set<number>();
  let bytes = 0;
  for (let slot = PAGE_HEADER_BYTES; slot < slotsEnd; slot += 2) {
    const at = PAGE_HEADER_BYTES + page.readUInt16LE(slot);
    if (at < nodesStart || at + NODE_HEADER_BYTES > page.length) throw outsideItsPage();
    const node = nodeAt(page, at, isLeaf);
    bytes += node.end - at;
    bytes += bytes % 2;
    starts.add(at);
    nodes.push(node);
  }
  // LMDB puts a new node right before `nodesStart`: nothing may lie there.
  if (nodesStart + bytes !== page.length || starts.size !== nodes.length) throw outsideItsPage();
  return nodes as [PageNode, ...PageNode[]]; // there is a slot
}

/**
 * The nodes of a leaf page that is not what it has to be: whether they are whole is not known. One that does not lie in the page is
 * `undefined`: something was there.
 */
export function nodesWithin(page: Buffer): (PageNode | undefined)[] {
  const slotsEnd = Math.min(PAGE_HEADER_BYTES + page.readUInt16LE(20), page.length - 1);
  const nodes: (PageNode | undefined)[] = [];
  for (let slot = PAGE_HEADER_BYTES; slot < slotsEnd; slot += 2) nodes.push(nodeOf(page, slot));
  return nodes;
}

function nodeOf(page: Buffer, slot: number): PageNode | undefined {
  const at = PAGE_HEADER_BYTES + page.readUInt16LE(slot);
  // What lies between slots and nodes is left over from what was there before.
  if (at < PAGE_HEADER_BYTES + page.readUInt16LE(22) || at + NODE_HEADER_BYTES > page.length) return undefined;
  try {
    return nodeAt(page, at, true);
  } catch (error) {
    if (error instanceof DamagedFileError) return undefined;
    throw error;
  }
}

function nodeAt(page: Buffer, at: number, isLeaf: boolean): PageNode {
  const low = page.readUInt32LE(at);
  const flags = page.readUInt16LE(at + 4);
  const keyAt = at + NODE_HEADER_BYTES;
  const valueAt = keyAt + page.readUInt16LE(at + 6);
  const isElsewhere = (flags & VALUE_ON_OVERFLOW_PAGES) !== 0;
  const end = valueAt + (!isLeaf ? 0 : isElsewhere ? OVERFLOW_REFERENCE_BYTES : low);
  if (end > page.length) throw outsideItsPage();
  return { bytes: page, keyAt, valueAt, end, flags, low };
}

function outsideItsPage(): DamagedFileError {
  return new DamagedFileError('an entry lies outside its page');
}
