import { Dict, type DictEntry } from './dict';
import { OpenParts } from './open-parts';
import { FEW_PARTS, MANY_PARTS, type OpenValues } from './open-values';
import { fitsPacked, MANY, pack, packedBytes, unpack } from './packed-parts';
import { textBytes } from './text-bytes';

/** A field of a hash that is kept in a table. */
export interface Field extends DictEntry {
  value: string;
}

/** What holds the fields of a hash, unless they are packed into a string. */
export interface HashForm {
  readonly size: number;
  /** Estimated bytes of memory. */
  readonly bytes: number;
  get(field: string): string | undefined;
  /** @returns whether the field is new */
  set(field: string, value: string): boolean;
  delete(field: string): boolean;
  fields(): string[];
  values(): string[];
  /** Field and value in turn. */
  pairs(): string[];
  pairAt(index: number): readonly [field: string, value: string];
  scan(cursor: number, count: number, visit: (field: string, value: string) => void): number;
}

/** The few fields of a hash in use, in their order of insertion. */
export class OpenPairs extends OpenParts implements HashForm {
  get size(): number {
    return this.parts.length / 2;
  }

  /** Whether they can still be packed when this field has this value. */
  hasRoomFor(field: string, value: string): boolean {
    return this.fits(field.length + value.length + 2, Math.max(field.length, value.length));
  }

  get(field: string): string | undefined {
    const at = this.#indexOf(field);
    return at < 0 ? undefined : this.parts[at + 1];
  }

  set(field: string, value: string): boolean {
    const at = this.#indexOf(field);
    if (at < 0) {
      this.parts.push(field, value);
      this.changed(field.length + value.length + 2);
      return true;
    }
    this.changed(value.length - (this.parts[at + 1]?.length ?? 0));
    this.parts[at + 1] = value;
    return false;
  }

  delete(field: string): boolean {
    const at = this.#indexOf(field);
    if (at < 0) return false;
    this.changed(-(field.length + (this.parts[at + 1]?.length ?? 0) + 2));
    this.parts.splice(at, 2);
    return true;
  }

  fields(): string[] {
    return this.parts.filter((_, index) => index % 2 === 0);
  }

  values(): string[] {
    return this.parts.filter((_, index) => index % 2 === 1);
  }

  pairs(): string[] {
    return this.parts.slice();
  }

  pairAt(index: number): readonly [field: string, value: string] {
    return [this.parts[index * 2] ?? '', this.parts[index * 2 + 1] ?? ''];
  }

  scan(_cursor: number, _count: number, visit: (field: string, value: string) => void): number {
    return visitPairs(this.parts, visit);
  }

  #indexOf(field: string): number {
    const parts = this.parts;
    for (let at = 0; at < parts.length; at += 2) if (parts[at] === field) return at;
    return -1;
  }
}

/** All fields at once, whatever the step of HSCAN asks for, as Redis does with a listpack. */
function visitPairs(parts: readonly string[], visit: (field: string, value: string) => void): 0 {
  for (let i = 0; i < parts.length; i += 2) visit(parts[i] ?? '', parts[i + 1] ?? '');
  return 0;
}

/** The fields of a hash in use that Redis keeps in a listpack, when they are many, in their order of insertion. */
export class OrderedPairs implements HashForm {
  /** Whether they stay open after the command. */
  stays = false;
  readonly #map = new Map<string, string>();
  #payload = 0;
  /** The longest part there was. */
  #longest = 0;

  /** @param packed what `pack` made of them */
  constructor(packed = '') {
    const parts = unpack(packed);
    for (let i = 0; i < parts.length; i += 2) this.set(parts[i] ?? '', parts[i + 1] ?? '');
  }

  get size(): number {
    return this.#map.size;
  }

  /** What they take in packed form, if they can take that: they are open for a while only. */
  get bytes(): number {
    return this.canBePacked ? packedBytes(this.#packedLength) : 200 + this.#payload + this.#map.size * 66;
  }

  get canBePacked(): boolean {
    return fitsPacked(MANY, this.size, this.#packedLength, this.#longest);
  }

  get #packedLength(): number {
    return this.#payload + 2 * this.#map.size;
  }

  pack(): string {
    return pack(this.pairs());
  }

  get(field: string): string | undefined {
    return this.#map.get(field);
  }

  set(field: string, value: string): boolean {
    const old = this.#map.get(field);
    this.#map.set(field, value);
    this.#payload += old === undefined ? textBytes(field) + textBytes(value) : textBytes(value) - textBytes(old);
    this.#longest = Math.max(this.#longest, field.length, value.length);
    return old === undefined;
  }

  delete(field: string): boolean {
    const old = this.#map.get(field);
    if (old === undefined) return false;
    this.#payload -= textBytes(field) + textBytes(old);
    return this.#map.delete(field);
  }

  fields(): string[] {
    return [...this.#map.keys()];
  }

  values(): string[] {
    return [...this.#map.values()];
  }

  pairs(): string[] {
    const pairs: string[] = [];
    for (const [field, value] of this.#map) pairs.push(field, value);
    return pairs;
  }

  pairAt(index: number): readonly [field: string, value: string] {
    let skip = index;
    for (const pair of this.#map) if (skip-- === 0) return pair;
    return ['', ''];
  }

  scan(_cursor: number, _count: number, visit: (field: string, value: string) => void): number {
    return visitPairs(this.pairs(), visit);
  }
}

/** The fields of a hash that Redis keeps in a hash table. */
export class FieldTable implements HashForm {
  readonly dict = new Dict<Field>();
  #payload = 0;

  get size(): number {
    return this.dict.size;
  }

  get bytes(): number {
    return 250 + this.#payload + this.dict.size * 112;
  }

  get(field: string): string | undefined {
    return this.dict.get(field)?.value;
  }

  set(field: string, value: string): boolean {
    const { dict } = this;
    const existing = dict.get(field);
    if (existing === undefined) {
      this.#payload += textBytes(field) + textBytes(value);
      dict.add({ key: field, value, index: -1 });
      return true;
    }
    this.#payload += textBytes(value) - textBytes(existing.value);
    if (dict.observer !== undefined) dict.observer.beforeChange(existing.index);
    existing.value = value;
    return false;
  }

  delete(field: string): boolean {
    const removed = this.dict.delete(field);
    if (removed === undefined) return false;
    this.#payload -= textBytes(field) + textBytes(removed.value);
    return true;
  }

  fields(): string[] {
    return this.dict.entries().map((entry) => entry.key);
  }

  values(): string[] {
    return this.dict.entries().map((entry) => entry.value);
  }

  pairs(): string[] {
    const pairs: string[] = [];
    for (const entry of this.dict.entries()) pairs.push(entry.key, entry.value);
    return pairs;
  }

  pairAt(index: number): readonly [field: string, value: string] {
    const entry = this.dict.at(index);
    return [entry?.key ?? '', entry?.value ?? ''];
  }

  scan(cursor: number, count: number, visit: (field: string, value: string) => void): number {
    return this.dict.scan(cursor, count, (entry) => {
      visit(entry.key, entry.value);
    });
  }
}

/** Those among which an open form counts. */
export function openValues(form: OpenPairs | OrderedPairs): OpenValues {
  return form instanceof OpenPairs ? FEW_PARTS : MANY_PARTS;
}
