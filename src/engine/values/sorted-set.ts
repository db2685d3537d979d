import { Dict, type DictEntry } from './dict';
import { RankedTree, type MemberVisitor } from './ranked-tree';

/** Limits up to which a sorted set reports the compact encoding. */
export interface SortedSetLimits {
  readonly 'zset-max-listpack-entries': number;
  readonly 'zset-max-listpack-value': number;
}

/** Ranks from `start` to before `end`; empty when `start >= end`. */
export interface RankRange {
  readonly start: number;
  readonly end: number;
}

/** One end of a range of names: inclusive unless `exclusive`. The lowest and the highest end of all are infinite. */
export interface LexBound {
  readonly name: string;
  readonly exclusive: boolean;
  readonly infinite?: 'lowest' | 'highest';
}

/** One end of a range of scores. */
export interface ScoreBound {
  readonly score: number;
  readonly exclusive: boolean;
}

export type { MemberVisitor } from './ranked-tree';

/** A member of a sorted set in its hash table. */
export interface ScoredMember extends DictEntry {
  score: number;
}

/** The read-only side of a sorted set. Ranks count from 0, from the lowest score; equal scores by the bytes of the names. */
export interface SortedSetView {
  readonly size: number;
  readonly encoding: 'listpack' | 'skiplist';
  has(name: string): boolean;
  score(name: string): number | undefined;
  rank(name: string): number | undefined;
  /** The member of a rank within the set. */
  at(rank: number): readonly [name: string, score: number];
  /** The members from one score to another. */
  scoreRange(low: ScoreBound, high: ScoreBound): RankRange;
  /** The members from one name to another, where all have the same score. Otherwise as Redis answers it. */
  lexRange(low: LexBound, high: LexBound, reverse?: boolean): RankRange;
  /** Visits a range of members, in falling order if `reverse`. */
  visit(range: RankRange, reverse: boolean, visitor: MemberVisitor): void;
  scan(cursor: number, count: number, visitor: MemberVisitor): number;
}

/** Estimated bytes per member beyond its name, in the compact form and in the general one. */
const SMALL_MEMBER = 64;
const LARGE_MEMBER = 150;

/**
 * Members with scores, in order. Small ones are a sorted array, searched through as Redis does; larger ones a hash
 * table and a tree over the same members, and never go back.
 */
export class SortedSetValue implements SortedSetView {
  readonly type = 'zset';
  #small: ScoredMember[] | undefined = [];
  #dict = EMPTY_DICT;
  #tree = EMPTY_TREE;
  #bytes = 0;

  constructor(private readonly limits: SortedSetLimits) {}

  /** A sorted set of members in order (see `compareMembers`), compact if they fit. Takes the members over. */
  static of(members: ScoredMember[], limits: SortedSetLimits): SortedSetValue {
    const set = new SortedSetValue(limits);
    if (members.length > limits['zset-max-listpack-entries'] || members.some(({ key }) => set.#isLong(key)))
      set.#load(members);
    else for (const { key, score } of members) set.set(key, score);
    return set;
  }

  get size(): number {
    return this.#small?.length ?? this.#dict.size;
  }

  /** Gives up the compact encoding for good. */
  expand(): void {
    if (this.#small !== undefined) this.#load(this.#small);
  }

  /** The hash table, of a sorted set that has one. */
  get table(): Dict<ScoredMember> | undefined {
    return this.#small === undefined ? this.#dict : undefined;
  }

  get encoding(): 'listpack' | 'skiplist' {
    return this.#small === undefined ? 'skiplist' : 'listpack';
  }

  /** Estimated bytes of memory. */
  get bytes(): number {
    return 120 + this.#bytes;
  }

  clone(): SortedSetValue {
    const copy = new SortedSetValue(this.limits);
    const members: ScoredMember[] = [];
    this.visit({ start: 0, end: this.size }, false, (key, score) => {
      members.push({ key, score, index: -1 });
    });
    copy.#small = members;
    copy.#bytes = this.#bytes;
    if (this.#small === undefined) copy.#load(members);
    return copy;
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  score(name: string): number | undefined {
    return this.#find(name)?.score;
  }

  rank(name: string): number | undefined {
    if (this.#small !== undefined) {
      const index = indexOf(this.#small, name);
      return index < 0 ? undefined : index;
    }
    const member = this.#dict.get(name);
    return member === undefined ? undefined : this.#tree.rankOf(member.score, name);
  }

  at(rank: number): readonly [name: string, score: number] {
    let found: readonly [string, number] | undefined;
    this.visit({ start: rank, end: Math.min(rank + 1, this.size) }, false, (name, score) => {
      found = [name, score];
    });
    if (found === undefined) throw new RangeError(`no member of rank ${String(rank)}`);
    return found;
  }

  /** Gives a member a score. @returns whether the member is new */
  set(name: string, score: number): boolean {
    const existing = this.#find(name);
    if (existing !== undefined) {
      // Nothing moves for an equal score: 0 stays 0 when it is set to -0.
      if (existing.score !== score) this.#move(existing, score);
      return false;
    }
    if (
      this.#small !== undefined &&
      (this.#small.length >= this.limits['zset-max-listpack-entries'] || this.#isLong(name))
    )
      this.#load(this.#small);
    const member = { key: name, score, index: -1 };
    if (this.#small === undefined) this.#dict.add(member);
    this.#place(member);
    this.#bytes += this.#cost(name);
    return true;
  }

  delete(name: string): boolean {
    if (this.#small === undefined) {
      const member = this.#dict.delete(name);
      if (member === undefined) return false;
      this.#tree.delete(name, member.score);
    } else {
      const index = indexOf(this.#small, name);
      if (index < 0) return false;
      this.#small.splice(index, 1);
    }
    this.#bytes -= this.#cost(name);
    return true;
  }

  /** Removes a range of members. */
  deleteRange(range: RankRange): void {
    const { start, end } = range;
    const forget = (name: string): void => {
      this.#bytes -= this.#cost(name);
      if (this.#small === undefined) this.#dict.delete(name);
    };
    this.visit(range, false, forget);
    if (this.#small === undefined) this.#tree.remove(start, end);
    else this.#small.splice(start, end - start);
  }

  scoreRange(low: ScoreBound, high: ScoreBound): RankRange {
    return { start: this.#countScores(low.score, low.exclusive), end: this.#countScores(high.score, !high.exclusive) };
  }

  lexRange(low: LexBound, high: LexBound, reverse = false): RankRange {
    if (this.#small !== undefined) return (reverse ? lexRangeFromEnd : lexRangeFromStart)(this.#small, low, high);
    return {
      start: this.#tree.countWhile((name) => !isAbove(name, low)),
      end: this.#tree.countWhile((name) => isBelow(name, high)),
    };
  }

  visit({ start, end }: RankRange, reverse: boolean, visitor: MemberVisitor): void {
    if (this.#small === undefined) {
      this.#tree.visit(start, end, reverse, visitor);
      return;
    }
    const count = end - start;
    for (let i = 0; i < count; i++) {
      const member = this.#small[reverse ? end - 1 - i : start + i];
      if (member !== undefined) visitor(member.key, member.score);
    }
  }

  /** One step of ZSCAN. A small set is handed out whole, in order, whatever `count` says, as Redis does. */
  scan(cursor: number, count: number, visitor: MemberVisitor): number {
    if (this.#small === undefined)
      return this.#dict.scan(cursor, count, ({ key, score }) => {
        visitor(key, score);
      });
    this.visit({ start: 0, end: this.size }, false, visitor);
    return 0;
  }

  #find(name: string): ScoredMember | undefined {
    return this.#small === undefined ? this.#dict.get(name) : this.#small[indexOf(this.#small, name)];
  }

  #isLong(name: string): boolean {
    return name.length > this.limits['zset-max-listpack-value'];
  }

  #cost(name: string): number {
    return name.length + (this.#small === undefined ? LARGE_MEMBER : SMALL_MEMBER);
  }

  #move(member: ScoredMember, score: number): void {
    if (this.#small === undefined) {
      if (this.#dict.observer !== undefined) this.#dict.observer.beforeChange(member.index);
      this.#tree.move(member.key, member.score, score);
      member.score = score;
      return;
    }
    this.#small.splice(indexOf(this.#small, member.key), 1);
    member.score = score;
    this.#place(member);
  }

  /** Puts a member where its score says. */
  #place(member: ScoredMember): void {
    if (this.#small === undefined) {
      this.#tree.add(member.key, member.score);
      return;
    }
    // A listpack stores whole numbers as such, and there is no -0 among them.
    if (member.score === 0) member.score = 0;
    this.#small.splice(countScored(this.#small, member.score, member.key), 0, member);
  }

  #countScores(score: number, inclusive: boolean): number {
    const key = inclusive ? undefined : '';
    return this.#small === undefined ? this.#tree.rankOf(score, key) : countScored(this.#small, score, key);
  }

  /** Takes over members in order, in the general form. */
  #load(members: ScoredMember[]): void {
    this.#dict = new Dict();
    this.#bytes = 0;
    this.#small = undefined;
    for (const member of members) {
      this.#dict.add(member);
      this.#bytes += this.#cost(member.key);
    }
    this.#tree = RankedTree.of(members);
  }
}

/** Never written to: a small set has neither. */
const EMPTY_DICT = new Dict<ScoredMember>();
const EMPTY_TREE = new RankedTree();

/** The order of a sorted set: by score, then by the bytes of the names. */
export function compareMembers(a: ScoredMember, b: ScoredMember): number {
  return a.score - b.score || (a.key < b.key ? -1 : 1);
}

function indexOf(members: readonly ScoredMember[], name: string): number {
  for (let i = 0; i < members.length; i++) if (members[i]?.key === name) return i;
  return -1;
}

/** As RankedTree.rankOf, in a sorted array. */
function countScored(members: readonly ScoredMember[], score: number, key: string | undefined): number {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = members[middle];
    if (at !== undefined && (at.score < score || (at.score === score && (key === undefined || at.key < key))))
      low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a name lies on the inner side of a lower bound. */
function isAbove(name: string, low: LexBound): boolean {
  if (low.infinite !== undefined) return low.infinite === 'lowest';
  return low.exclusive ? name > low.name : name >= low.name;
}

/** Whether a name lies on the inner side of an upper bound. */
function isBelow(name: string, high: LexBound): boolean {
  if (high.infinite !== undefined) return high.infinite === 'highest';
  return high.exclusive ? name < high.name : name <= high.name;
}

/** With unequal scores a range of names has no meaning, but an outcome: Redis walks until the first name that is outside. */
function lexRangeFromStart(members: readonly ScoredMember[], low: LexBound, high: LexBound): RankRange {
  if (isOutside(members, low, high)) return { start: 0, end: 0 };
  let start = 0;
  while (start < members.length && !isAbove(members[start]?.key ?? '', low)) start += 1;
  let end = start;
  while (end < members.length && isBelow(members[end]?.key ?? '', high)) end += 1;
  return { start, end };
}

function lexRangeFromEnd(members: readonly ScoredMember[], low: LexBound, high: LexBound): RankRange {
  if (isOutside(members, low, high)) return { start: 0, end: 0 };
  let end = members.length;
  while (end > 0 && !isBelow(members[end - 1]?.key ?? '', high)) end -= 1;
  let start = end;
  while (start > 0 && isAbove(members[start - 1]?.key ?? '', low)) start -= 1;
  return { start, end };
}

/** Redis looks at the two ends first. */
function isOutside(members: readonly ScoredMember[], low: LexBound, high: LexBound): boolean {
  return !isAbove(members.at(-1)?.key ?? '', low) || !isBelow(members[0]?.key ?? '', high);
}
