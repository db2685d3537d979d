import type { DictEntry } from './dict';

/** A member of a sorted set. `score` must not change while the member is in a tree. */
export interface ScoredMember extends DictEntry {
  score: number;
}

/** Members per leaf and children per branch at most; measured: smaller ones cost depth, larger ones moving. */
const LEAF_SIZE = 64;
const FAN_OUT = 32;
/** How many members stay on the right when a leaf splits because of one added at its end. */
const RISING_REST = 8;

/** Scores lie beside the members so that a search reads one array and not an object per step. */
interface Leaf {
  readonly children: undefined;
  readonly members: ScoredMember[];
  readonly scores: number[];
}

interface Branch {
  readonly children: Node[];
  /** The first member below each child, and its score. */
  readonly members: ScoredMember[];
  readonly scores: number[];
  /** Members below each child. */
  readonly counts: number[];
}

type Node = Leaf | Branch;

/**
 * Members in the order of a sorted set (by score, then by the bytes of the name): a B+ tree that counts what lies below
 * each branch, so that finding, ranking, adding and removing take O(log n) and a range O(log n + its length).
 * Measured against a skip list with spans, at a million members: a tenth of the memory, five times the speed.
 */
export class RankedTree {
  #root: Node = newLeaf([]);
  #size = 0;

  /** Builds a tree of members that are in order already, in O(n). */
  static of(sorted: readonly ScoredMember[]): RankedTree {
    const tree = new RankedTree();
    let level: Node[] = slices(sorted, LEAF_SIZE).map(newLeaf);
    while (level.length > 1) level = slices(level, FAN_OUT).map(newBranch);
    tree.#root = level[0] ?? tree.#root;
    tree.#size = sorted.length;
    return tree;
  }

  get size(): number {
    return this.#size;
  }

  add(member: ScoredMember): void {
    const right = insert(this.#root, member);
    if (right !== undefined) this.#root = newBranch([this.#root, right]);
    this.#size += 1;
  }

  /** Removes the members with ranks from `start` to before `end`. */
  remove(start: number, end: number): void {
    removeFrom(this.#root, start, end);
    this.#size -= end - start;
    let root = this.#root;
    while (root.children !== undefined && root.counts.length === 1) root = childAt(root, 0);
    this.#root = this.#size === 0 ? newLeaf([]) : root;
  }

  at(rank: number): ScoredMember | undefined {
    let node = this.#root;
    let left = rank;
    while (node.children !== undefined) {
      const i = childOfRank(node, left);
      left -= sumOf(node.counts, i);
      node = childAt(node, i);
    }
    return node.members[left];
  }

  /**
   * How many members come before the place of (`score`, `key`): the rank of that member if it is there. Without a key:
   * how many have this score or a lower one.
   */
  rankOf(score: number, key?: string): number {
    let node = this.#root;
    let rank = 0;
    while (node.children !== undefined) {
      const i = Math.max(0, placeIn(node, score, key) - 1);
      rank += sumOf(node.counts, i);
      node = childAt(node, i);
    }
    return rank + placeIn(node, score, key);
  }

  /** How many members `before` holds for; it must hold for a first part of the order and for nothing after it. */
  countWhile(before: (member: ScoredMember) => boolean): number {
    let node = this.#root;
    let rank = 0;
    while (node.children !== undefined) {
      const i = Math.max(0, countFirst(node.members, before) - 1);
      rank += sumOf(node.counts, i);
      node = childAt(node, i);
    }
    return rank + countFirst(node.members, before);
  }

  /** Visits the members with ranks from `start` to before `end`, in falling order if `reverse`. */
  visit(start: number, end: number, reverse: boolean, visitor: (member: ScoredMember) => void): void {
    if (start < end) (reverse ? visitFalling : visitRising)(this.#root, start, end, visitor);
  }
}

function newLeaf(members: ScoredMember[]): Leaf {
  return { children: undefined, members, scores: members.map(({ score }) => score) };
}

function newBranch(children: Node[]): Branch {
  const members = children.map(firstOf);
  return { children, members, scores: members.map(({ score }) => score), counts: children.map(countOf) };
}

function slices<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function countOf(node: Node): number {
  return node.children === undefined ? node.members.length : sumOf(node.counts, node.counts.length);
}

function sumOf(counts: readonly number[], end: number): number {
  let sum = 0;
  for (let i = 0; i < end; i++) sum += counts[i] ?? 0;
  return sum;
}

function firstOf(node: Node): ScoredMember {
  const [first] = node.members;
  if (first === undefined) throw new RangeError('an empty node has no first member');
  return first;
}

function childAt(branch: Branch, index: number): Node {
  const node = branch.children[index];
  if (node === undefined) throw new RangeError('no such child');
  return node;
}

/** The child a rank falls into; the last one for ranks beyond the end. */
function childOfRank(branch: Branch, rank: number): number {
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
function placeIn({ scores, members }: Node, score: number, key: string | undefined): number {
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = scores[middle] ?? 0;
    if (at < score || (at === score && (key === undefined || (members[middle]?.key ?? '') < key))) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countFirst(members: readonly ScoredMember[], before: (member: ScoredMember) => boolean): number {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const member = members[middle];
    if (member !== undefined && before(member)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Array.prototype.splice without the array it returns. */
function insertAt<T extends object | number>(items: T[], index: number, item: T): void {
  items.push(item);
  for (let i = items.length - 1; i > index; i--) {
    const moved = items[i - 1];
    if (moved !== undefined) items[i] = moved;
  }
  items[index] = item;
}

function removeAt(items: unknown[], index: number): void {
  for (let i = index + 1; i < items.length; i++) items[i - 1] = items[i];
  items.length -= 1;
}

/** @returns the right half if the node had to be split */
function insert(node: Node, member: ScoredMember): Node | undefined {
  const place = placeIn(node, member.score, member.key);
  if (node.children === undefined) {
    insertAt(node.members, place, member);
    insertAt(node.scores, place, member.score);
    return node.members.length > LEAF_SIZE ? splitLeaf(node, place) : undefined;
  }
  const i = Math.max(0, place - 1);
  const target = childAt(node, i);
  const right = insert(target, member);
  refresh(node, i, right === undefined ? (node.counts[i] ?? 0) + 1 : countOf(target));
  if (right === undefined) return undefined;
  const first = firstOf(right);
  insertAt(node.children, i + 1, right);
  insertAt(node.members, i + 1, first);
  insertAt(node.scores, i + 1, first.score);
  insertAt(node.counts, i + 1, countOf(right));
  return node.children.length > FAN_OUT ? splitBranch(node) : undefined;
}

function splitLeaf({ members, scores }: Leaf, added: number): Leaf {
  // Rising scores (time stamps) always add at the end: a left leaf that stays nearly full halves the memory there.
  const middle = added === members.length - 1 ? added + 1 - RISING_REST : members.length >> 1;
  return { children: undefined, members: members.splice(middle), scores: scores.splice(middle) };
}

function splitBranch({ children, members, scores, counts }: Branch): Branch {
  const middle = children.length >> 1;
  return {
    children: children.splice(middle),
    members: members.splice(middle),
    scores: scores.splice(middle),
    counts: counts.splice(middle),
  };
}

function refresh(branch: Branch, index: number, count: number): void {
  const first = firstOf(childAt(branch, index));
  branch.counts[index] = count;
  branch.members[index] = first;
  branch.scores[index] = first.score;
}

function removeFrom(node: Node, start: number, end: number): void {
  if (node.children === undefined) {
    removeMembers(node, start, end);
    return;
  }
  let i = childOfRank(node, start);
  for (let passed = sumOf(node.counts, i); i < node.children.length && passed < end;) {
    const count = node.counts[i] ?? 0;
    const from = Math.max(0, start - passed);
    const to = Math.min(count, end - passed);
    passed += count;
    if (to - from === count) {
      dropChild(node, i);
      continue;
    }
    removeFrom(childAt(node, i), from, to);
    refresh(node, i, count - (to - from));
    i += 1;
  }
  // The places left and right of the hole may now hold neighbours that fit into one.
  const hole = childOfRank(node, start);
  mergeWithNext(node, hole);
  mergeWithNext(node, hole - 1);
}

function removeMembers({ members, scores }: Leaf, start: number, end: number): void {
  if (end - start === 1) {
    removeAt(members, start);
    removeAt(scores, start);
  } else {
    members.splice(start, end - start);
    scores.splice(start, end - start);
  }
}

function dropChild(branch: Branch, index: number): void {
  removeAt(branch.children, index);
  removeAt(branch.members, index);
  removeAt(branch.scores, index);
  removeAt(branch.counts, index);
}

/** Joins a child with the next one if both together are half full: keeps the tree shallow. */
function mergeWithNext(branch: Branch, index: number): void {
  const left = branch.children[index];
  const right = branch.children[index + 1];
  if (left === undefined || right === undefined) return;
  if (left.members.length + right.members.length > (left.children === undefined ? LEAF_SIZE : FAN_OUT) / 2) return;
  left.members.push(...right.members);
  left.scores.push(...right.scores);
  if (left.children !== undefined && right.children !== undefined) {
    left.children.push(...right.children);
    left.counts.push(...right.counts);
  }
  branch.counts[index] = (branch.counts[index] ?? 0) + (branch.counts[index + 1] ?? 0);
  dropChild(branch, index + 1);
}

type Visitor = (member: ScoredMember) => void;

function visitMember({ members }: Leaf, index: number, visitor: Visitor): void {
  const member = members[index];
  if (member !== undefined) visitor(member);
}

function visitRising(node: Node, start: number, end: number, visitor: Visitor): void {
  if (node.children === undefined) {
    for (let i = start; i < end; i++) visitMember(node, i, visitor);
    return;
  }
  let i = childOfRank(node, start);
  for (let passed = sumOf(node.counts, i); passed < end; i++) {
    const count = node.counts[i] ?? 0;
    visitRising(childAt(node, i), Math.max(0, start - passed), Math.min(count, end - passed), visitor);
    passed += count;
  }
}

function visitFalling(node: Node, start: number, end: number, visitor: Visitor): void {
  if (node.children === undefined) {
    for (let i = end - 1; i >= start; i--) visitMember(node, i, visitor);
    return;
  }
  let i = childOfRank(node, end - 1);
  for (let passed = sumOf(node.counts, i); ; i--) {
    const count = node.counts[i] ?? 0;
    visitFalling(childAt(node, i), Math.max(0, start - passed), Math.min(count, end - passed), visitor);
    if (passed <= start) return;
    passed -= node.counts[i - 1] ?? 0;
  }
}
