import type { Dict, DictEntry } from './dict';
import { parseInt64 } from './int64';
import { integerBytes, IntegerSet, MOST_INTEGERS } from './integer-set';
import { type Compactable, FEW_PARTS } from './open-values';
import { asPart, FEW, fitsPacked, nextPlace, pack, packedBytes, placeOf, replaceParts, unpack } from './packed-parts';
import { MemberTable, OpenMembers } from './set-forms';
import type { SetEncoding, SetLimits, SetView } from './set-view';

type Form = string | IntegerSet | OpenMembers | MemberTable;

/** The object itself, without what it holds. */
const OBJECT_BYTES = 56;
/** Whether a member is one that an intset has. */
export const isInteger = (member: string): boolean => parseInt64(member) !== undefined;

/**
 * Distinct strings. As long as all of them are integers and few, they are kept sorted, which clients see, since 7.2 small
 * sets of others in their order; once converted to a hash table a set never goes back. Few members are packed into a
 * string while they are not in use.
 */
export class SetValue implements SetView, Compactable {
  /** On the prototype: a word in each of a million sets is a lot. */
  declare readonly type: 'set';
  #form: Form;
  /** Members in the string, while they are packed. */
  #packed: number;
  /** What Redis would have made of it: the forms here are others, but for integers. */
  #encoding: SetEncoding;
  static {
    Object.defineProperty(this.prototype, 'type', { value: 'set' });
  }

  /** @param packed members that are packed already, integers in order @param size how many */
  constructor(
    private readonly limits: SetLimits,
    encoding: SetEncoding = 'intset',
    packed = '',
    size = 0,
  ) {
    this.#encoding = encoding;
    this.#form = packed;
    this.#packed = size;
  }

  static of(members: Iterable<string>, limits: SetLimits): SetValue {
    const set = new SetValue(limits);
    set.addAll(members);
    return set;
  }

  get size(): number {
    return typeof this.#form === 'string' ? this.#packed : this.#form.size;
  }

  get encoding(): SetEncoding {
    return this.#encoding;
  }

  /** Estimated bytes of memory. */
  get bytes(): number {
    const form = this.#form;
    if (form instanceof IntegerSet || this.#encoding === 'intset') return OBJECT_BYTES + integerBytes(this.size);
    return OBJECT_BYTES + (typeof form === 'string' ? packedBytes(form.length) : form.bytes);
  }

  clone(): SetValue {
    const copy = new SetValue(this.limits);
    copy.#encoding = this.#encoding;
    copy.#packed = this.#packed;
    if (typeof this.#form === 'string') copy.#form = this.#form;
    else copy.fill(this.#form.members());
    return copy;
  }

  /** The hash table, of a set that is kept in one. */
  get table(): Dict<DictEntry> | undefined {
    return this.#form instanceof MemberTable ? this.#form.dict : undefined;
  }

  /** Gives up the compact encodings for good. */
  expand(): void {
    this.#leaveIntegers('hashtable');
    this.#encoding = 'hashtable';
  }

  expect(count: number): void {
    const limit = this.#encoding === 'intset' ? 'set-max-intset-entries' : 'set-max-listpack-entries';
    if (this.#encoding !== 'hashtable' && count > this.limits[limit]) this.expand();
  }

  /** An empty set begins as 7.2 and later begin one that so many members are added to, the first of them this one. */
  begin(member: string, count: number): void {
    if (!isInteger(member) || count > this.limits['set-max-intset-entries']) this.#encoding = 'listpack';
    this.expect(count);
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
    if (this.#encoding === 'intset' && !isInteger(member)) this.#takeOthers(member);
    const form = this.#used();
    if (typeof form !== 'string') return this.#addTo(form, member);
    if (this.#encoding !== 'intset') return this.#addPacked(form, member);
    const added = this.#addTo(this.#unpack(), member);
    this.#packAgain();
    return added;
  }

  /** Adds members. @returns how many are new */
  addAll(members: Iterable<string>): number {
    let added = 0;
    for (const member of members) {
      if (this.#encoding === 'intset' && !isInteger(member)) this.#takeOthers(member);
      // To change a packed string time after time takes longer than to open it.
      if (this.#addTo(this.#unpack(), member)) added += 1;
    }
    this.#packAgain();
    return added;
  }

  /** Fills an empty set, whose encoding is known. */
  fill(members: readonly string[]): void {
    for (const member of members) this.#put(this.#unpack(), member);
    this.#packAgain();
  }

  /** @returns whether the member was there */
  delete(member: string): boolean {
    const form = this.#used();
    if (form instanceof MemberTable && this.#encoding === 'listpack') return form.deleteInOrder(member);
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

  /** Starts again with these members only, in the encoding that suits them; since 7.2 only an intset becomes one. */
  replaceBy(members: readonly string[]): void {
    const staysIntset = this.#encoding === 'intset' || this.limits['set-max-listpack-entries'] === 0;
    this.#clear();
    this.#encoding = staysIntset ? 'intset' : 'listpack';
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

  /** One step of SSCAN. A compact set is handed out whole, whatever `count` says, as Redis does. */
  scan(cursor: number, count: number, visit: (member: string) => void): number {
    const form = this.#open();
    if (!(form instanceof IntegerSet) && this.#encoding === 'hashtable') return form.scan(cursor, count, visit);
    for (const member of form.members()) visit(member);
    return 0;
  }

  /** The form to use: one that is packed is opened now and then, so that it is open if it is used often. */
  #used(): Form {
    return typeof this.#form === 'string' && FEW_PARTS.worthOpening() ? this.#open() : this.#form;
  }

  #unpack(): Exclude<Form, string> {
    if (typeof this.#form !== 'string') return this.#form;
    return (this.#form =
      this.#encoding === 'intset' ? new IntegerSet(unpack(this.#form)) : new OpenMembers(this.#form));
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

  /** The encoding with which a set of integers takes a member that is none. */
  #takeOthers(member: string): void {
    const isSmall =
      this.#fitsListpack(member) &&
      this.members().every((each) => each.length <= this.limits['set-max-listpack-value']);
    this.#leaveIntegers(isSmall ? 'listpack' : 'hashtable');
  }

  /** Whether a listpack takes a new member: one too many, or too long, is the end of that encoding. */
  #fitsListpack(member: string): boolean {
    return (
      this.size < this.limits['set-max-listpack-entries'] && member.length <= this.limits['set-max-listpack-value']
    );
  }

  /** Keeps integers as other members are kept, in their order. */
  #leaveIntegers(encoding: 'listpack' | 'hashtable'): void {
    if (this.#encoding !== 'intset') return;
    const members = this.members();
    this.#clear();
    this.#encoding = encoding;
    this.fill(members);
  }

  #addPacked(packed: string, member: string): boolean {
    if (placeOf(packed, member, 1) >= 0) return false;
    if (this.#encoding === 'listpack' && !this.#fitsListpack(member)) this.#encoding = 'hashtable';
    if (!fitsPacked(FEW, this.#packed + 1, packed.length + member.length + 1, member.length))
      return this.#put(this.#unpack(), member);
    this.#form = replaceParts(packed, packed.length, packed.length, asPart(member));
    this.#packed += 1;
    return true;
  }

  #addTo(form: Exclude<Form, string>, member: string): boolean {
    if (this.#encoding === 'listpack' && !this.#fitsListpack(member) && !form.has(member)) this.#encoding = 'hashtable';
    return this.#put(form, member);
  }

  #put(form: Exclude<Form, string>, member: string): boolean {
    if (form instanceof IntegerSet) return this.#addInteger(form, member);
    if (form instanceof MemberTable || form.hasRoomFor(member)) return form.add(member);
    if (form.has(member)) return false;
    this.#leave(form);
    this.#form = new MemberTable();
    for (const existing of form.members()) this.#form.add(existing);
    return this.#form.add(member);
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
