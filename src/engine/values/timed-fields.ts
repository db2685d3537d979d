import { Dict } from './dict';
import { type Expiring, ExpiryHeap } from './expiry-heap';
import type { Field, HashForm } from './hash-forms';
import type { HashLimits } from './hash-view';
import { textBytes } from './text-bytes';

/** A field, its value, and its deadline in milliseconds since the epoch; 0 = none. */
export type TimedField = readonly [field: string, value: string, deadline: number];

/** What holds the fields of a hash once one of them was given a deadline, even if none has one any more. */
export abstract class TimedForm implements HashForm {
  abstract readonly size: number;
  abstract readonly bytes: number;
  /** The earliest deadline; Infinity when no field has one. */
  abstract readonly firstDeadline: number;
  abstract get(field: string): string | undefined;
  /** Sets a field, and takes its deadline away. */
  abstract set(field: string, value: string): boolean;
  /** Gives a field that is there another value; its deadline stays. */
  abstract update(field: string, value: string): void;
  abstract delete(field: string): boolean;
  /** 0 = none; undefined = there is no such field. */
  abstract deadlineOf(field: string): number | undefined;
  /** @param deadline 0 = none. The field is there. */
  abstract setDeadline(field: string, deadline: number): void;
  abstract timed(): TimedField[];
  abstract pairAt(index: number): readonly [field: string, value: string];
  abstract scan(cursor: number, count: number, visit: (field: string, value: string) => void): number;

  fields(): string[] {
    return this.timed().map(([field]) => field);
  }

  values(): string[] {
    return this.timed().map(([, value]) => value);
  }

  pairs(): string[] {
    return this.timed().flatMap(([field, value]) => [field, value]);
  }

  /** The fields whose time has come. */
  due(now: number): string[] {
    return this.timed().flatMap(([field, , deadline]) => (deadline !== 0 && deadline < now ? [field] : []));
  }
}

const LIST_BYTES = 200;
const LIST_FIELD_BYTES = 72;

/** Few fields in Redis' order: by their deadlines, those without one last; of equal ones the latest comes first. */
export class TimedList extends TimedForm {
  readonly #items: { field: string; value: string; deadline: number }[] = [];
  #payload = 0;

  constructor(fields: Iterable<TimedField>) {
    super();
    for (const [field, value, deadline] of fields) {
      this.#items.push({ field, value, deadline });
      this.#payload += textBytes(field) + textBytes(value);
    }
  }

  get size(): number {
    return this.#items.length;
  }

  get bytes(): number {
    return LIST_BYTES + this.#payload + this.#items.length * LIST_FIELD_BYTES;
  }

  get firstDeadline(): number {
    const deadline = this.#items[0]?.deadline ?? 0;
    return deadline === 0 ? Infinity : deadline;
  }

  get(field: string): string | undefined {
    return this.#find(field)?.value;
  }

  set(field: string, value: string): boolean {
    const item = this.#find(field);
    if (item === undefined) {
      this.#items.push({ field, value, deadline: 0 });
      this.#payload += textBytes(field) + textBytes(value);
      return true;
    }
    this.update(field, value);
    if (item.deadline !== 0) this.setDeadline(field, 0);
    return false;
  }

  update(field: string, value: string): void {
    const item = this.#find(field);
    if (item === undefined) return;
    this.#payload += textBytes(value) - textBytes(item.value);
    item.value = value;
  }

  delete(field: string): boolean {
    const at = this.#items.findIndex((item) => item.field === field);
    if (at < 0) return false;
    const [removed] = this.#items.splice(at, 1);
    this.#payload -= textBytes(field) + textBytes(removed?.value ?? '');
    return true;
  }

  deadlineOf(field: string): number | undefined {
    return this.#find(field)?.deadline;
  }

  setDeadline(field: string, deadline: number): void {
    const from = this.#items.findIndex((item) => item.field === field);
    if (deadline === 0 && this.#items[from]?.deadline === 0) return;
    const [item] = from < 0 ? [] : this.#items.splice(from, 1);
    if (item === undefined) return;
    item.deadline = deadline;
    const at =
      deadline === 0 ? -1 : this.#items.findIndex((other) => other.deadline === 0 || other.deadline >= deadline);
    this.#items.splice(at < 0 ? this.#items.length : at, 0, item);
  }

  timed(): TimedField[] {
    return this.#items.map(({ field, value, deadline }) => [field, value, deadline]);
  }

  pairAt(index: number): readonly [field: string, value: string] {
    const item = this.#items[index];
    return [item?.field ?? '', item?.value ?? ''];
  }

  /** All fields at once, as Redis does with a listpack. */
  scan(_cursor: number, _count: number, visit: (field: string, value: string) => void): number {
    for (const { field, value } of this.#items.slice()) visit(field, value);
    return 0;
  }

  #find(field: string) {
    return this.#items.find((item) => item.field === field);
  }
}

interface DictField extends Field, Expiring {}

const TABLE_BYTES = 300;
const TABLE_FIELD_BYTES = 120;

/** The fields of a hash that Redis keeps in a hash table. */
export class TimedTable extends TimedForm {
  readonly #dict = new Dict<DictField>();
  readonly #deadlines = new ExpiryHeap<DictField>();
  #payload = 0;

  constructor(fields: Iterable<TimedField>) {
    super();
    for (const [field, value, deadline] of fields) {
      this.set(field, value);
      if (deadline !== 0) this.setDeadline(field, deadline);
    }
  }

  get size(): number {
    return this.#dict.size;
  }

  get bytes(): number {
    return TABLE_BYTES + this.#payload + this.#dict.size * TABLE_FIELD_BYTES;
  }

  get firstDeadline(): number {
    return this.#deadlines.firstTime;
  }

  get(field: string): string | undefined {
    return this.#dict.get(field)?.value;
  }

  set(field: string, value: string): boolean {
    const existing = this.#dict.get(field);
    if (existing === undefined) {
      this.#payload += textBytes(field) + textBytes(value);
      this.#dict.add({ key: field, value, index: -1, heapIndex: -1 });
      return true;
    }
    this.update(field, value);
    this.#deadlines.remove(existing);
    return false;
  }

  update(field: string, value: string): void {
    const existing = this.#dict.get(field);
    if (existing === undefined) return;
    this.#payload += textBytes(value) - textBytes(existing.value);
    existing.value = value;
  }

  delete(field: string): boolean {
    const removed = this.#dict.delete(field);
    if (removed === undefined) return false;
    this.#deadlines.remove(removed);
    this.#payload -= textBytes(field) + textBytes(removed.value);
    return true;
  }

  deadlineOf(field: string): number | undefined {
    const existing = this.#dict.get(field);
    return existing === undefined ? undefined : this.#deadlines.timeOf(existing);
  }

  setDeadline(field: string, deadline: number): void {
    const existing = this.#dict.get(field);
    if (existing === undefined) return;
    if (deadline === 0) this.#deadlines.remove(existing);
    else this.#deadlines.set(existing, deadline);
  }

  timed(): TimedField[] {
    return this.#dict.entries().map((entry) => [entry.key, entry.value, this.#deadlines.timeOf(entry)]);
  }

  pairAt(index: number): readonly [field: string, value: string] {
    const entry = this.#dict.at(index);
    return [entry?.key ?? '', entry?.value ?? ''];
  }

  scan(cursor: number, count: number, visit: (field: string, value: string) => void): number {
    return this.#dict.scan(cursor, count, (entry) => {
      visit(entry.key, entry.value);
    });
  }
}

/** The form for some fields. @param small whether Redis would keep them in a listpack */
export function timedForm(small: boolean, fields: readonly TimedField[]): TimedForm {
  return small ? new TimedList(fields) : new TimedTable(fields);
}

/** The form for fields in any order, by the limits in force. */
export function timedFormOf(fields: readonly TimedField[], limits: HashLimits): TimedForm {
  const longest = fields.reduce((most, [field, value]) => Math.max(most, field.length, value.length), 0);
  const small = fields.length <= limits['hash-max-listpack-entries'] && longest <= limits['hash-max-listpack-value'];
  const rank = ([, , deadline]: TimedField) => (deadline === 0 ? Number.MAX_SAFE_INTEGER : deadline);
  return timedForm(small, small ? [...fields].sort((a, b) => rank(a) - rank(b)) : fields);
}

/** The form for one more change: a list may have to become a table. */
export function formFor(form: TimedForm, field: string, value: string, limits: HashLimits): TimedForm {
  if (!(form instanceof TimedList)) return form;
  const longest = limits['hash-max-listpack-value'];
  const size = form.size + (form.get(field) === undefined ? 1 : 0);
  if (field.length <= longest && value.length <= longest && size <= limits['hash-max-listpack-entries']) return form;
  return new TimedTable(form.timed());
}
