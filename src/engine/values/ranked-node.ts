/** A member of a sorted set, in order. */
export interface Scored {
  readonly key: string;
  readonly score: number;
}

/** Members per leaf and children per branch at most; measured: smaller ones cost depth, larger ones moving. */
export const LEAF_SIZE = 64;
export const FAN_OUT = 64;
/** How many members stay on the right when a leaf splits because of one added at its end. */
const RISING_REST = 8;

/** Names and scores lie side by side, so that a search reads two arrays and no object per step. */
export interface Leaf {
  readonly children: undefined;
  readonly keys: string[];
  readonly scores: number[];
}

/** A node above others. */
export interface Branch {
  readonly children: Node[];
  /** The first member below each child, and its score. */
  readonly keys: string[];
  readonly scores: number[];
  /** Members below each child. */
  readonly counts: number[];
}

/** A part of the tree. */
export type Node = Leaf | Branch;

/** A leaf of members that are in order. */
export function newLeaf(members: readonly Scored[]): Leaf {
  return { children: undefined, keys: members.map(({ key }) => key), scores: members.map(({ score }) => score) };
}

/** A branch above nodes that are in order. */
export function newBranch(children: Node[]): Branch {
  return { children, keys: children.map(firstKey), scores: children.map(firstScore), counts: children.map(countOf) };
}

function countOf(node: Node): number {
  return node.children === undefined ? node.keys.length : sumOf(node.counts, node.counts.length);
}

/** The sum of the first `end` counts. */
export function sumOf(counts: readonly number[], end: number): number {
  let sum = 0;
  for (let i = 0; i < end; i++) sum += counts[i] ?? 0;
  return sum;
}

/** A child. @throws RangeError when there is none */
export function childAt(branch: Branch, index: number): Node {
  const node = branch.children[index];
  if (node === undefined) throw new RangeError('no such child');
  return node;
}

/** The child a rank falls into; the last one for ranks beyond the end. */
export function childOfRank(branch: Branch, rank: number): number {
  let i = 0;
  for (
    let passed = branch.counts[0] ?? 0;
    passed <= rank && i < branch.counts.length - 1;
    passed += branch.counts[i] ?? 0
  )
    i += 1;
  return i;
}

/** How many of a node's members come before the place of (`score`, `key`); see `RankedTree.rankOf`. */
export function placeIn({ scores, keys }: Node, score: number, key: string | undefined): number {
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = scores[middle] ?? 0;
    if (at < score || (at === score && (key === undefined || (keys[middle] ?? '') < key))) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many keys at the beginning are `before` something; they are in order. */
export function countFirst(keys: readonly string[], before: (key: string) => boolean): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (before(keys[middle] ?? '')) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Adds a member to a leaf. @returns the right part if the leaf had to be split */
export function addToLeaf(leaf: Leaf, score: number, key: string): Leaf | undefined {
  const { keys, scores } = leaf;
  const place = placeIn(leaf, score, key);
  insertAt(keys, place, key);
  insertAt(scores, place, score);
  if (keys.length <= LEAF_SIZE) return undefined;
  // Rising scores (time stamps) always add at the end: a left leaf that stays nearly full halves the memory there.
  const middle = place === keys.length - 1 ? place + 1 - RISING_REST : keys.length >> 1;
  return { children: undefined, keys: keys.splice(middle), scores: scores.splice(middle) };
}

/** Adds the right part of child `index`, which was split. @returns the right part of the branch if it had to be split too */
export function addToBranch(branch: Branch, index: number, right: Node): Branch | undefined {
  const { children, keys, scores, counts } = branch;
  refresh(branch, index, countOf(childAt(branch, index)));
  insertAt(children, index + 1, right);
  insertAt(keys, index + 1, firstKey(right));
  insertAt(scores, index + 1, firstScore(right));
  insertAt(counts, index + 1, countOf(right));
  if (children.length <= FAN_OUT) return undefined;
  const middle = children.length >> 1;
  return {
    children: children.splice(middle),
    keys: keys.splice(middle),
    scores: scores.splice(middle),
    counts: counts.splice(middle),
  };
}

/** Takes a member out of a leaf. */
export function removeFromLeaf({ keys, scores }: Leaf, index: number): void {
  removeAt(keys, index);
  removeAt(scores, index);
}

/**
 * Gives a member another score if its new place is in the same leaf.
 * @param isFirst whether no leaf comes before this one
 * @param isLast whether none comes after it
 * @returns whether it was done
 */
export function moveWithin(leaf: Leaf, index: number, score: number, isFirst: boolean, isLast: boolean): boolean {
  const { keys, scores } = leaf;
  const key = keys[index] ?? '';
  const rises = score > (scores[index] ?? 0);
  const place = placeIn(leaf, score, key);
  const target = rises ? place - 1 : place;
  // At the edge it may belong into the neighbour.
  if (rises ? !isLast && target === keys.length - 1 : !isFirst && target === 0) return false;
  moveItem(keys, index, target);
  moveItem(scores, index, target);
  scores[target] = score;
  return true;
}

/** Writes down again what a branch knows of a child. */
export function refresh(branch: Branch, index: number, count: number): void {
  const child = childAt(branch, index);
  branch.counts[index] = count;
  branch.keys[index] = firstKey(child);
  branch.scores[index] = firstScore(child);
}

/** Takes a child out of a branch. */
export function dropChild(branch: Branch, index: number): void {
  removeAt(branch.children, index);
  removeAt(branch.keys, index);
  removeAt(branch.scores, index);
  removeAt(branch.counts, index);
}

/** Joins a child with the next one if both together are half full: keeps the tree shallow. */
export function mergeWithNext(branch: Branch, index: number): void {
  const left = branch.children[index];
  const right = branch.children[index + 1];
  if (left === undefined || right === undefined) return;
  if (left.keys.length + right.keys.length > (left.children === undefined ? LEAF_SIZE : FAN_OUT) / 2) return;
  left.keys.push(...right.keys);
  left.scores.push(...right.scores);
  if (left.children !== undefined && right.children !== undefined) {
    left.children.push(...right.children);
    left.counts.push(...right.counts);
  }
  branch.counts[index] = (branch.counts[index] ?? 0) + (branch.counts[index + 1] ?? 0);
  dropChild(branch, index + 1);
}

function firstKey(node: Node): string {
  const [first] = node.keys;
  if (first === undefined) throw new RangeError('an empty node has no first member');
  return first;
}

function firstScore(node: Node): number {
  return node.scores[0] ?? 0;
}

/** Array.prototype.splice without the array it returns. */
function insertAt<T>(items: T[], index: number, item: T): void {
  items.push(item);
  moveItem(items, items.length - 1, index);
}

function removeAt(items: unknown[], index: number): void {
  for (let i = index + 1; i < items.length; i++) items[i - 1] = items[i];
  items.pop();
}

/** Moves an item to another index; those in between make room. */
function moveItem(items: unknown[], from: number, to: number): void {
  const item = items[from];
  const step = from < to ? 1 : -1;
  for (let i = from; i !== to; i += step) items[i] = items[i + step];
  items[to] = item;
}
