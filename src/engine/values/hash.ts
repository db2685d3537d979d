import type { Dict } from './dict';
import { FieldTable, OpenPairs, openValues, OrderedPairs, type Field } from './hash-forms';
import { formFor, type TimedField, TimedForm, timedForm, TimedList, TimedTable } from './timed-fields';
import type { HashLimits, HashView } from './hash-view';
import { type Compactable, FEW_PARTS, MANY_PARTS } from './open-values';
import {
  asPart,
  fitsPacked,
  isFew,
  MANY,
  nextPlace,
  packedBytes,
  partAt,
  placeOf,
  replaceParts,
  unpack,
  walkParts,
} from './packed-parts';

export type { HashLimits, HashView } from './hash-view';

/** The object itself, without what it holds. */
const OBJECT_BYTES = 48;

type Form = string | OpenPairs | OrderedPairs | FieldTable | TimedForm;

/**
 * Field-value pairs. Small ones keep their order of insertion, which clients see; once converted to a hash table they
 * never go back, as in Redis. The small ones that are not in use are packed into a string.
 */
export class HashValue implements HashView, Compactable {
  /** On the prototype: a word in each of a million hashes is a lot. */
  declare readonly type: 'hash';
  #form: Form;
  /** Pairs in the string, while they are packed. */
  #packed: number;

  static {
    Object.defineProperty(this.prototype, 'type', { value: 'hash' });
  }

  /** @param form fields that are packed already, or have deadlines @param packed how many are packed */
  constructor(
    private readonly limits: HashLimits,
    form: string | TimedForm = '',
    packed = 0,
  ) {
    this.#form = form;
    this.#packed = packed;
  }

  get size(): number {
    return typeof this.#form === 'string' ? this.#packed : this.#form.size;
  }

  get encoding(): 'listpack' | 'listpackex' | 'hashtable' {
    const form = this.#form;
    if (form instanceof TimedForm) return form instanceof TimedList ? 'listpackex' : 'hashtable';
    return form instanceof FieldTable ? 'hashtable' : 'listpack';
  }

  /** Estimated bytes of memory. */
  get bytes(): number {
    const form = this.#form;
    return OBJECT_BYTES + (typeof form === 'string' ? packedBytes(form.length) : form.bytes);
  }

  clone(): HashValue {
    const copy = new HashValue(this.limits);
    const form = this.#form;
    if (typeof form === 'string') {
      copy.#form = form;
      copy.#packed = this.#packed;
    } else if (form instanceof TimedForm) {
      copy.#form = form instanceof TimedList ? new TimedList(form.timed()) : new TimedTable(form.timed());
    } else if (form instanceof FieldTable) {
      copy.#become(new FieldTable(), form.pairs());
    } else {
      copy.setAll(form.pairs());
    }
    return copy;
  }

  /** The hash table, of a hash that has one. */
  get table(): Dict<Field> | undefined {
    return this.#form instanceof FieldTable ? this.#form.dict : undefined;
  }

  compact(): void {
    const form = this.#opened;
    if (form?.stays !== true) return;
    form.stays = false;
    this.#pack(form);
  }

  /** Most hashes that are removed are garbage: to pack them later would be in vain. */
  released(): void {
    if (this.#opened !== undefined) this.#opened.stays = false;
  }

  has(field: string): boolean {
    const form = this.#used();
    return typeof form === 'string' ? placeOf(form, field, 2) >= 0 : form.get(field) !== undefined;
  }

  get(field: string): string | undefined {
    const form = this.#used();
    if (typeof form !== 'string') return form.get(field);
    const place = placeOf(form, field, 2);
    return place < 0 ? undefined : partAt(form, nextPlace(form, place));
  }

  /** @returns whether the field is new */
  set(field: string, value: string): boolean {
    let form = this.#used();
    if (form instanceof FieldTable) return form.set(field, value);
    if (form instanceof TimedForm) return (this.#form = formFor(form, field, value, this.limits)).set(field, value);
    const { limits } = this;
    const longest = limits['hash-max-listpack-value'];
    if (field.length > longest || value.length > longest) form = this.#become(new FieldTable(), this.pairs());
    const added = typeof form === 'string' ? this.#setPacked(form, field, value) : this.#setIn(form, field, value);
    // A limit lowered meanwhile counts from the next change on, whether that adds a field or not.
    if (this.size > limits['hash-max-listpack-entries'] && this.encoding === 'listpack')
      this.#become(new FieldTable(), this.pairs());
    return added;
  }

  /**
   * Sets fields.
   * @param pairs field and value in turn
   * @param start where they begin
   * @returns how many fields are new
   */
  setAll(pairs: readonly string[], start = 0): number {
    // To change a packed string time after time takes longer than to open it; and what is new is often used again.
    if (this.size === 0) this.#open();
    else if (pairs.length - start > 2) this.#unpack();
    let added = 0;
    for (let i = start; i < pairs.length; i += 2) if (this.set(pairs[i] ?? '', pairs[i + 1] ?? '')) added += 1;
    const form = this.#opened;
    if (form?.stays === false) this.#pack(form);
    return added;
  }

  delete(field: string): boolean {
    const form = this.#used();
    if (typeof form !== 'string') return form.delete(field);
    const place = placeOf(form, field, 2);
    if (place < 0) return false;
    this.#form = replaceParts(form, place, nextPlace(form, nextPlace(form, place)), '');
    this.#packed -= 1;
    return true;
  }

  fields(): string[] {
    const form = this.#used();
    return typeof form === 'string' ? new OpenPairs(form).fields() : form.fields();
  }

  values(): string[] {
    const form = this.#used();
    return typeof form === 'string' ? new OpenPairs(form).values() : form.values();
  }

  pairs(): string[] {
    const form = this.#used();
    return typeof form === 'string' ? unpack(form) : form.pairs();
  }

  /** Visits fields and values in turn, as parts of a text: nothing is made for them while they are packed. */
  walkParts(visit: (text: string, from: number, to: number) => void): void {
    const form = this.#form;
    if (typeof form === 'string') walkParts(form, visit);
    else for (const part of form.pairs()) visit(part, 0, part.length);
  }

  random(random: () => number): readonly [field: string, value: string] {
    return this.#open().pairAt(Math.floor(random() * this.size));
  }

  /** One step of HSCAN. A small hash is handed out whole, whatever `count` says, as Redis does. */
  scan(cursor: number, count: number, visit: (field: string, value: string) => void): number {
    return this.#open().scan(cursor, count, visit);
  }

  get firstDeadline(): number {
    return this.#form instanceof TimedForm ? this.#form.firstDeadline : Infinity;
  }

  deadlineOf(field: string): number | undefined {
    if (this.#form instanceof TimedForm) return this.#form.deadlineOf(field);
    return this.has(field) ? 0 : undefined;
  }

  /** Takes the form of hashes whose fields may have deadlines, as Redis does before it looks for the fields. */
  prepareDeadlines(): void {
    if (!(this.#form instanceof TimedForm)) this.#becomeTimed(timedForm(this.encoding !== 'hashtable', this.timed()));
  }

  /** Gives a field that is there a deadline, milliseconds since the epoch, or takes it away (0). */
  setDeadline(field: string, deadline: number): void {
    if (deadline !== 0) this.prepareDeadlines();
    if (this.#form instanceof TimedForm) this.#form.setDeadline(field, deadline);
  }

  /** Like `set`, but a field that is there keeps its deadline. @returns whether the field is new */
  setKeeping(field: string, value: string): boolean {
    const form = this.#form;
    if (!(form instanceof TimedForm) || form.get(field) === undefined) return this.set(field, value);
    (this.#form = formFor(form, field, value, this.limits)).update(field, value);
    return false;
  }

  /** The fields whose time has come. */
  due(now: number): string[] {
    return this.#form instanceof TimedForm ? this.#form.due(now) : [];
  }

  /** All fields with their deadlines. */
  timed(): TimedField[] {
    const form = this.#form;
    if (form instanceof TimedForm) return form.timed();
    const pairs = this.pairs();
    return pairs.flatMap((field, i): TimedField[] => (i % 2 === 0 ? [[field, pairs[i + 1] ?? '', 0]] : []));
  }

  #becomeTimed(next: TimedForm): void {
    const form = this.#opened;
    if (form?.stays === true) openValues(form).outgrown(this);
    this.#form = next;
    this.#packed = 0;
  }

  /** The form of a hash that can be packed, while it is not. */
  get #opened(): OpenPairs | OrderedPairs | undefined {
    const form = this.#form;
    return form instanceof OpenPairs || form instanceof OrderedPairs ? form : undefined;
  }

  /** The form to use: one that is packed is opened now and then, so that it is open if it is used often. */
  #used(): Form {
    const form = this.#form;
    if (typeof form !== 'string') return form;
    const values = isFew(this.#packed, form) ? FEW_PARTS : MANY_PARTS;
    return values.worthOpening() ? this.#open() : form;
  }

  #unpack(): Exclude<Form, string> {
    const form = this.#form;
    if (typeof form !== 'string') return form;
    return (this.#form = isFew(this.#packed, form) ? new OpenPairs(form) : new OrderedPairs(form));
  }

  /** Lets a small hash be open until others are used. */
  #open(): Exclude<Form, string> {
    const form = this.#unpack();
    if ((form instanceof OpenPairs || form instanceof OrderedPairs) && !form.stays) {
      form.stays = true;
      openValues(form).opened(this);
    }
    return form;
  }

  #pack(form: OpenPairs | OrderedPairs): void {
    if (form instanceof OrderedPairs && !form.canBePacked) return;
    this.#packed = form.size;
    this.#form = form.pack();
  }

  #setPacked(packed: string, field: string, value: string): boolean {
    const length = packed.length + field.length + value.length + 2;
    if (!fitsPacked(MANY, this.#packed + 1, length, Math.max(field.length, value.length)))
      return this.#setIn(this.#open(), field, value);
    const place = placeOf(packed, field, 2);
    if (place < 0) {
      this.#form = replaceParts(packed, packed.length, packed.length, asPart(field) + asPart(value));
      this.#packed += 1;
      return true;
    }
    const old = nextPlace(packed, place);
    this.#form = replaceParts(packed, old, nextPlace(packed, old), asPart(value));
    return false;
  }

  #setIn(form: Exclude<Form, string>, field: string, value: string): boolean {
    if (!(form instanceof OpenPairs) || form.hasRoomFor(field, value)) return form.set(field, value);
    const next = this.#become(new OrderedPairs(), form.pairs());
    if (form.stays) this.#open();
    return next.set(field, value);
  }

  /** Takes another form. */
  #become<Next extends OrderedPairs | FieldTable>(next: Next, pairs: readonly string[]): Next {
    for (let i = 0; i < pairs.length; i += 2) next.set(pairs[i] ?? '', pairs[i + 1] ?? '');
    const form = this.#opened;
    if (form?.stays === true) openValues(form).outgrown(this);
    this.#form = next;
    return next;
  }
}
