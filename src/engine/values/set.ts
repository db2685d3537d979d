import { Dict, type DictEntry } from './dict';
import { IntegerSet } from './integer-set';

/** Limit up to which a set of integers keeps the compact encoding. */
export interface SetLimits {
  readonly 'set-max-intset-entries': number;
}

/** The read-only side of a set. */
export interface SetView {
  readonly size: number;
  readonly encoding: 'intset' | 'hashtable';
  has(member: string): boolean;
  /** All members: a set of integers in ascending order, others in no promised one. */
  members(): string[];
  /** The member at a position of the order `members` has. */
  at(index: number): string | undefined;
  random(random: () => number): string | undefined;
  scan(cursor: number, count: number, visit: (member: string) => void): number;
}

/**
 * Distinct strings. As long as all of them are integers and few, they are kept sorted, which clients see; once
 * converted to a hash table a set never goes back, as in Redis.
 */
export class SetValue implements SetView {
  readonly type = 'set';
  #integers: IntegerSet | undefined = new IntegerSet();
  readonly #table = new Dict<DictEntry>();
  /** Bytes of all members of the hash table. */
  #payload = 0;

  constructor(private readonly limits: SetLimits) {}

  static of(members: Iterable<string>, limits: SetLimits): SetValue {
    const set = new SetValue(limits);
    for (const member of members) set.add(member);
    return set;
  }

  get size(): number {
    return this.#integers?.size ?? this.#table.size;
  }

  get encoding(): 'intset' | 'hashtable' {
    return this.#integers === undefined ? 'hashtable' : 'intset';
  }

  /** Estimated bytes of memory. */
  get bytes(): number {
    return 200 + (this.#integers === undefined ? this.#payload + this.#table.size * 110 : this.#integers.size * 8);
  }

  clone(): SetValue {
    const copy = new SetValue(this.limits);
    if (this.#integers === undefined) copy.#integers = undefined;
    for (const member of this.members()) copy.add(member);
    return copy;
  }

  /** The hash table, of a set that is kept in one. */
  get table(): Dict<DictEntry> | undefined {
    return this.#integers === undefined ? this.#table : undefined;
  }

  /** Gives up the encoding for integers for good. */
  expand(): void {
    if (this.#integers !== undefined) this.#convert(this.#integers);
  }

  has(member: string): boolean {
    return this.#integers === undefined ? this.#table.has(member) : this.#integers.has(member);
  }

  /** @returns whether the member is new */
  add(member: string): boolean {
    if (this.#integers !== undefined) {
      const added = this.#integers.add(member);
      if (added !== undefined) {
        if (added && this.#integers.size > this.limits['set-max-intset-entries']) this.#convert(this.#integers);
        return added;
      }
      this.#convert(this.#integers);
    }
    return this.#addToTable(member);
  }

  /** @returns whether the member was there */
  delete(member: string): boolean {
    if (this.#integers !== undefined) return this.#integers.delete(member);
    if (this.#table.delete(member) === undefined) return false;
    this.#payload -= member.length;
    return true;
  }

  /** Takes a random member out. */
  pop(random: () => number): string | undefined {
    const member = this.random(random);
    if (member !== undefined) this.delete(member);
    return member;
  }

  /** Starts again with these members only, in the encoding that suits them. */
  replaceBy(members: readonly string[]): void {
    this.#integers = new IntegerSet();
    this.#table.clear();
    this.#payload = 0;
    for (const member of members) this.add(member);
  }

  members(): string[] {
    return this.#integers === undefined ? this.#table.entries().map((entry) => entry.key) : this.#integers.members();
  }

  at(index: number): string | undefined {
    return this.#integers === undefined ? this.#table.at(index)?.key : this.#integers.at(index);
  }

  random(random: () => number): string | undefined {
    return this.at(Math.floor(random() * this.size));
  }

  /** One step of SSCAN. A set of integers is handed out whole, whatever `count` says, as Redis does. */
  scan(cursor: number, count: number, visit: (member: string) => void): number {
    if (this.#integers === undefined)
      return this.#table.scan(cursor, count, (entry) => {
        visit(entry.key);
      });
    for (const member of this.#integers.members()) visit(member);
    return 0;
  }

  #addToTable(member: string): boolean {
    if (this.#table.has(member)) return false;
    this.#table.add({ key: member, index: -1 });
    this.#payload += member.length;
    return true;
  }

  #convert(integers: IntegerSet): void {
    this.#integers = undefined;
    for (const member of integers.members()) this.#addToTable(member);
  }
}
