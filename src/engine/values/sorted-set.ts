import type { Dict } from './dict';
import { LargeSortedSet, type ScoredMember } from './large-sorted-set';
import { hasTwice } from './packed-parts';
import {
  countMembers,
  NO_MEMBERS,
  packMembers,
  RankedCursor,
  unpackMembers,
  visitMembers,
  withMember,
  withoutMembers,
  withScore,
  type RankedString,
} from './ranked-string';
import type { Scored } from './ranked-node';
import type { MemberVisitor } from './ranked-tree';

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

/** The read-only side of a sorted set. Ranks count from 0, from the lowest score; equal scores by the bytes of the names. */
export interface SortedSetView {
  /** Estimated bytes of memory. */
  readonly bytes: number;
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

/** Estimated bytes of the object, of its string's header, of what is behind it; and per member beyond its name. */
const SMALL_OVERHEAD = 72;
const LARGE_OVERHEAD = 700;
const LARGE_MEMBER = 150;

/**
 * Members with scores, in order. Small ones are packed into a string, searched through as Redis does; larger ones have
 * a hash table and a tree, and never go back.
 */
export class SortedSetValue implements SortedSetView {
  #form: RankedString | LargeSortedSet = NO_MEMBERS;

  constructor(private readonly limits: SortedSetLimits) {}

  /** A sorted set of members in order (see `compareMembers`), compact if they fit. A name that is there twice counts once. */
  static of(members: readonly Scored[], limits: SortedSetLimits): SortedSetValue {
    const set = new SortedSetValue(limits);
    if (members.length > limits['zset-max-listpack-entries'] || members.some(({ key }) => set.#isLong(key)))
      set.#form = LargeSortedSet.of(members);
    else if (!hasTwice(members.map(({ key }) => key))) set.#form = packMembers(members);
    else for (const { key, score } of members) set.set(key, score);
    return set;
  }

  // eslint-disable-next-line @typescript-eslint/class-literal-property-style -- a field would cost each set 8 bytes
  get type(): 'zset' {
    return 'zset';
  }

  get size(): number {
    return typeof this.#form === 'string' ? countMembers(this.#form) : this.#form.dict.size;
  }

  /** Gives up the compact encoding for good. */
  expand(): void {
    this.#expanded();
  }

  /** The hash table, of a sorted set that has one. */
  get table(): Dict<ScoredMember> | undefined {
    return typeof this.#form === 'string' ? undefined : this.#form.dict;
  }

  get encoding(): 'listpack' | 'skiplist' {
    return typeof this.#form === 'string' ? 'listpack' : 'skiplist';
  }

  /** Estimated bytes of memory. */
  get bytes(): number {
    if (typeof this.#form === 'string') return SMALL_OVERHEAD + this.#form.length;
    return LARGE_OVERHEAD + this.#form.payload + this.#form.dict.size * LARGE_MEMBER;
  }

  clone(): SortedSetValue {
    const copy = new SortedSetValue(this.limits);
    copy.#form = typeof this.#form === 'string' ? this.#form : LargeSortedSet.of(this.#form.members());
    return copy;
  }

  has(name: string): boolean {
    return this.score(name) !== undefined;
  }

  score(name: string): number | undefined {
    if (typeof this.#form !== 'string') return this.#form.dict.get(name)?.score;
    const cursor = new RankedCursor(this.#form);
    return cursor.find(name) ? cursor.score : undefined;
  }

  rank(name: string): number | undefined {
    if (typeof this.#form !== 'string') return this.#form.rank(name);
    const cursor = new RankedCursor(this.#form);
    return cursor.find(name) ? cursor.rank : undefined;
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
    const form = this.#form;
    if (typeof form !== 'string') return form.set(name, score);
    const cursor = new RankedCursor(form);
    if (cursor.find(name)) {
      // Nothing moves for an equal score: 0 stays 0 when it is set to -0.
      if (cursor.score !== score) this.#form = withScore(form, cursor, score);
      return false;
    }
    if (cursor.rank >= this.limits['zset-max-listpack-entries'] || this.#isLong(name))
      this.#expanded().set(name, score);
    else this.#form = withMember(form, name, score);
    return true;
  }

  /** @returns whether the member was there */
  delete(name: string): boolean {
    if (typeof this.#form !== 'string') return this.#form.delete(name);
    const cursor = new RankedCursor(this.#form);
    if (!cursor.find(name)) return false;
    this.#form = withoutMembers(this.#form, cursor.at, cursor.end, 1);
    return true;
  }

  /** Removes a range of members. */
  deleteRange({ start, end }: RankRange): void {
    if (start >= end) return;
    if (typeof this.#form !== 'string') {
      this.#form.deleteRange(start, end);
      return;
    }
    const cursor = new RankedCursor(this.#form);
    while (cursor.rank < start) cursor.next();
    const from = cursor.at;
    while (cursor.rank < end) cursor.next();
    this.#form = withoutMembers(this.#form, from, cursor.at, end - start);
  }

  scoreRange(low: ScoreBound, high: ScoreBound): RankRange {
    return { start: this.#countScores(low.score, low.exclusive), end: this.#countScores(high.score, !high.exclusive) };
  }

  lexRange(low: LexBound, high: LexBound, reverse = false): RankRange {
    if (typeof this.#form === 'string')
      return (reverse ? lexRangeFromEnd : lexRangeFromStart)(unpackMembers(this.#form), low, high);
    const { tree } = this.#form;
    return {
      start: tree.countWhile((name) => !isAbove(name, low)),
      end: tree.countWhile((name) => isBelow(name, high)),
    };
  }

  visit(range: RankRange, reverse: boolean, visitor: MemberVisitor): void {
    if (typeof this.#form === 'string') visitMembers(this.#form, range, reverse, visitor);
    else this.#form.tree.visit(range.start, range.end, reverse, visitor);
  }

  /** One step of ZSCAN. A small set is handed out whole, in order, whatever `count` says, as Redis does. */
  scan(cursor: number, count: number, visitor: MemberVisitor): number {
    if (typeof this.#form !== 'string')
      return this.#form.dict.scan(cursor, count, ({ key, score }) => {
        visitor(key, score);
      });
    this.visit({ start: 0, end: this.size }, false, visitor);
    return 0;
  }

  #isLong(name: string): boolean {
    return name.length > this.limits['zset-max-listpack-value'];
  }

  #countScores(score: number, inclusive: boolean): number {
    const key = inclusive ? undefined : '';
    if (typeof this.#form !== 'string') return this.#form.tree.rankOf(score, key);
    return new RankedCursor(this.#form).seek(score, key).rank;
  }

  #expanded(): LargeSortedSet {
    if (typeof this.#form === 'string') this.#form = LargeSortedSet.of(unpackMembers(this.#form));
    return this.#form;
  }
}

/** The order of a sorted set: by score, then by the bytes of the names. */
export function compareMembers(a: Scored, b: Scored): number {
  return a.score - b.score || (a.key < b.key ? -1 : 1);
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
function lexRangeFromStart(members: readonly Scored[], low: LexBound, high: LexBound): RankRange {
  if (isOutside(members, low, high)) return { start: 0, end: 0 };
  let start = 0;
  while (start < members.length && !isAbove(members[start]?.key ?? '', low)) start += 1;
  let end = start;
  while (end < members.length && isBelow(members[end]?.key ?? '', high)) end += 1;
  return { start, end };
}

function lexRangeFromEnd(members: readonly Scored[], low: LexBound, high: LexBound): RankRange {
  if (isOutside(members, low, high)) return { start: 0, end: 0 };
  let end = members.length;
  while (end > 0 && !isBelow(members[end - 1]?.key ?? '', high)) end -= 1;
  let start = end;
  while (start > 0 && isAbove(members[start - 1]?.key ?? '', low)) start -= 1;
  return { start, end };
}

/** Redis looks at the two ends first. */
function isOutside(members: readonly Scored[], low: LexBound, high: LexBound): boolean {
  return !isAbove(members.at(-1)?.key ?? '', low) || !isBelow(members[0]?.key ?? '', high);
}
