import { Dict, type DictEntry } from './dict';
import { RankedTree } from './ranked-tree';
import type { Scored } from './ranked-node';
import { textBytes } from './text-bytes';

/** A member of a sorted set in its hash table. */
export interface ScoredMember extends DictEntry {
  score: number;
}

class Member implements ScoredMember {
  /**
   * In a field that has only held numbers, V8 puts every number into a box of its own from the first fraction on, and
   * moves all other members to the new form when they are next met: a snapshot took twice as long for that. In a field
   * that has held something else integers stay what they are. V8 forgets this with the last such member.
   */
  static readonly withoutNumber = new Member('', undefined as unknown as number);

  index = -1;

  constructor(
    readonly key: string,
    public score: number,
  ) {}
}

/** A hash table and a tree over the same members. */
export class LargeSortedSet {
  readonly dict = new Dict<ScoredMember>();
  #tree = new RankedTree();
  /** Bytes of all names. */
  payload = 0;

  /** Takes members in order; of a name that is there twice only the first. */
  static of(members: readonly Scored[]): LargeSortedSet {
    const set = new LargeSortedSet();
    const distinct = members.filter(({ key, score }) => {
      if (set.dict.has(key)) return false;
      set.#addToDict(key, score);
      return true;
    });
    set.#tree = RankedTree.of(distinct);
    return set;
  }

  /** What finds ranks and ranges. Only this class changes it. */
  get tree(): Omit<RankedTree, 'add' | 'delete' | 'move' | 'remove'> {
    return this.#tree;
  }

  rank(name: string): number | undefined {
    const member = this.dict.get(name);
    return member === undefined ? undefined : this.#tree.rankOf(member.score, name);
  }

  /** Gives a member a score. @returns whether the member is new */
  set(name: string, score: number): boolean {
    const member = this.dict.get(name);
    if (member === undefined) {
      this.#addToDict(name, score);
      this.#tree.add(name, score);
      return true;
    }
    // Nothing moves for an equal score: 0 stays 0 when it is set to -0.
    if (member.score === score) return false;
    if (this.dict.observer !== undefined) this.dict.observer.beforeChange(member.index);
    // The name as it is stored: another string with the same characters would be kept beside it.
    this.#tree.move(member.key, member.score, score);
    member.score = score;
    return false;
  }

  /** @returns whether the member was there */
  delete(name: string): boolean {
    const member = this.dict.delete(name);
    if (member === undefined) return false;
    this.#tree.delete(name, member.score);
    this.payload -= textBytes(name);
    return true;
  }

  /** Removes the members with ranks from `start` to before `end`. */
  deleteRange(start: number, end: number): void {
    this.#tree.visit(start, end, false, (name) => {
      this.payload -= textBytes(name);
      this.dict.delete(name);
    });
    this.#tree.remove(start, end);
  }

  /** All members in order. */
  members(): Scored[] {
    const members: Scored[] = [];
    this.#tree.visit(0, this.#tree.size, false, (key, score) => members.push({ key, score }));
    return members;
  }

  #addToDict(key: string, score: number): void {
    this.dict.add(new Member(key, score));
    this.payload += textBytes(key);
  }
}
