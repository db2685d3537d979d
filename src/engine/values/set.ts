import type { Dict, DictEntry } from './dict';
import { parseInt64 } from './int64';
import { IntegerSet } from './integer-set';
import { type Compactable, FEW_PARTS } from './open-values';
import { asPart, FEW, fitsPacked, nextPlace, pack, packedBytes, placeOf, replaceParts, unpack } from './packed-parts';
import { MemberTable, OpenMembers } from './set-forms';

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

type Form = string | IntegerSet | OpenMembers | MemberTable;

/** Integers that are packed at most: as many as fit, however large they are. */
const MOST_INTEGERS = 48;

/** The object itself, without what it holds. */
const OBJECT_BYTES = 56;

/** Estimated bytes of integers: packed ones of six digits, or two to four bytes of each. */
function integerBytes(count: number): number {
  return count <= MOST_INTEGERS ? packedBytes(count * 7) : 150 + count * 3;
}

/**
 * Distinct strings. As long as all of them are integers and few, they are kept sorted, which clients see; once
 * converted to a hash table a set never goes back, as in Redis. Few members of either kind are packed into a string while
 * they are not in use.
 */
export class SetValue implements SetView, Compactable {
  /** On the prototype: a word in each of a million sets is a lot. */
  declare readonly type: 'set';
  #form: Form = '';
  /** Members in the string, while they are packed. */
  #packed = 0;
  /** Whether all members are integers, kept as such. */
  #integers = true;

  static {
    Object.defineProperty(this.prototype, 'type', { value: 'set' });
  }

  constructor(private readonly limits: SetLimits) {}

  static of(members: Iterable<string>, limits: SetLimits): SetValue {
    const set = new SetValue(limits);
    set.addAll(members);
    return set;
  }

  get size(): number {
    return typeof this.#form === 'string' ? this.#packed : this.#form.size;
  }

  get encoding(): 'intset' | 'hashtable' {
    return this.#integers ? 'intset' : 'hashtable';
  }

  /** Estimated bytes of memory. */
  get bytes(): number {
    const form = this.#form;
    if (form instanceof IntegerSet || this.#integers) return OBJECT_BYTES + integerBytes(this.size);
    return OBJECT_BYTES + (typeof form === 'string' ? packedBytes(form.length) : form.bytes);
  }

  clone(): SetValue {
    const copy = new SetValue(this.limits);
    copy.#integers = this.#integers;
    if (typeof this.#form === 'string') {
      copy.#form = this.#form;
      copy.#packed = this.#packed;
    } else {
      for (const member of this.#form.members()) copy.#addTo(copy.#unpack(), member);
      copy.#packAgain();
    }
    return copy;
  }

  /** The hash table, of a set that is kept in one. */
  get table(): Dict<DictEntry> | undefined {
    return this.#form instanceof MemberTable ? this.#form.dict : undefined;
  }

  /** Gives up the encoding for integers for good. */
  expand(): void {
    if (!this.#integers) return;
    const members = this.members();
    this.#clear();
    this.#integers = false;
    for (const member of members) this.#addTo(this.#unpack(), member);
    this.#packAgain();
  }

  compact(): void {
    const form = this.#form;
    if (typeof form !== 'string' && !(form instanceof MemberTable) && form.stays) this.#pack(form);
  }

  /** Most sets that are removed are garbage: to pack them later would be in vain. */
  released(): void {
    if (this.#form instanceof OpenMembers) this.#form.stays = false;
  }

  has(member: string): boolean {
    const form = this.#used();
    return typeof form === 'string' ? placeOf(form, member, 1) >= 0 : form.has(member);
  }

  /** @returns whether the member is new */
  add(member: string): boolean {
    if (this.#integers && parseInt64(member) === undefined) this.expand();
    const form = this.#used();
    if (typeof form !== 'string') return this.#addTo(form, member);
    if (!this.#integers) return this.#addPacked(form, member);
    const added = this.#addTo(this.#unpack(), member);
    this.#packAgain();
    return added;
  }

  /** Adds members. @returns how many are new */
  addAll(members: Iterable<string>): number {
    let added = 0;
    for (const member of members) {
      if (this.#integers && parseInt64(member) === undefined) this.expand();
      // To change a packed string time after time takes longer than to open it.
      if (this.#addTo(this.#unpack(), member)) added += 1;
    }
    this.#packAgain();
    return added;
  }

  /** @returns whether the member was there */
  delete(member: string): boolean {
    const form = this.#used();
    if (typeof form !== 'string') return form.delete(member);
    const place = placeOf(form, member, 1);
    if (place < 0) return false;
    this.#form = replaceParts(form, place, nextPlace(form, place), '');
    this.#packed -= 1;
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
    this.#clear();
    this.#integers = true;
    this.addAll(members);
  }

  members(): string[] {
    const form = this.#used();
    return typeof form === 'string' ? unpack(form) : form.members();
  }

  at(index: number): string | undefined {
    const form = this.#used();
    return typeof form === 'string' ? unpack(form)[index] : form.at(index);
  }

  random(random: () => number): string | undefined {
    return this.at(Math.floor(random() * this.size));
  }

  /** One step of SSCAN. A set of integers is handed out whole, whatever `count` says, as Redis does. */
  scan(cursor: number, count: number, visit: (member: string) => void): number {
    const form = this.#open();
    if (!(form instanceof IntegerSet)) return form.scan(cursor, count, visit);
    for (const member of form.members()) visit(member);
    return 0;
  }

  /** The form to use: one that is packed is opened now and then, so that it is open if it is used often. */
  #used(): Form {
    return typeof this.#form === 'string' && FEW_PARTS.worthOpening() ? this.#open() : this.#form;
  }

  #unpack(): Exclude<Form, string> {
    if (typeof this.#form !== 'string') return this.#form;
    return (this.#form = this.#integers ? new IntegerSet(unpack(this.#form)) : new OpenMembers(this.#form));
  }

  /** Lets a small set be open until others are used. */
  #open(): Exclude<Form, string> {
    const form = this.#unpack();
    if (!(form instanceof MemberTable) && !form.stays) {
      form.stays = true;
      FEW_PARTS.opened(this);
    }
    return form;
  }

  #packAgain(): void {
    const form = this.#form;
    if (typeof form !== 'string' && !(form instanceof MemberTable) && !form.stays) this.#pack(form);
  }

  #pack(form: OpenMembers | IntegerSet): void {
    if (form instanceof IntegerSet && form.size > MOST_INTEGERS) return;
    this.#packed = form.size;
    this.#form = form instanceof OpenMembers ? form.pack() : pack(form.members());
  }

  /** What is held here will not be packed any more, or is given up. */
  #leave(form: Form): void {
    if (typeof form !== 'string' && !(form instanceof MemberTable) && form.stays) FEW_PARTS.outgrown(this);
  }

  #clear(): void {
    this.#leave(this.#form);
    this.#form = '';
    this.#packed = 0;
  }

  #addPacked(packed: string, member: string): boolean {
    if (placeOf(packed, member, 1) >= 0) return false;
    if (!fitsPacked(FEW, this.#packed + 1, packed.length + member.length + 1, member.length))
      return this.#addTo(this.#unpack(), member);
    this.#form = replaceParts(packed, packed.length, packed.length, asPart(member));
    this.#packed += 1;
    return true;
  }

  #addTo(form: Exclude<Form, string>, member: string): boolean {
    if (form instanceof IntegerSet) return this.#addInteger(form, member);
    if (form instanceof MemberTable || form.hasRoomFor(member)) return form.add(member);
    if (form.has(member)) return false;
    const table = new MemberTable();
    for (const existing of form.members()) table.add(existing);
    this.#leave(form);
    this.#form = table;
    return table.add(member);
  }

  #addInteger(integers: IntegerSet, member: string): boolean {
    if (!integers.add(member)) return false;
    if (integers.size > this.limits['set-max-intset-entries']) {
      this.expand();
    } else if (integers.size === MOST_INTEGERS + 1) {
      this.#leave(integers);
      integers.stays = true;
      integers.narrow();
    }
    return true;
  }
}
