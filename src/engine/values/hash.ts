import { Dict, type DictEntry } from './dict';

/** A field of a large hash. */
export interface Field extends DictEntry {
  value: string;
}

/** Limits up to which a hash reports the compact encoding. */
export interface HashLimits {
  readonly 'hash-max-listpack-entries': number;
  readonly 'hash-max-listpack-value': number;
}

/** The read-only side of a hash. */
export interface HashView {
  readonly size: number;
  readonly encoding: 'listpack' | 'hashtable';
  has(field: string): boolean;
  get(field: string): string | undefined;
  fields(): string[];
  values(): string[];
  /** Field and value in turn. */
  pairs(): string[];
  random(random: () => number): readonly [field: string, value: string];
  scan(cursor: number, count: number, visit: (field: string, value: string) => void): number;
}

/**
 * Field-value pairs. Small ones keep their order of insertion, which clients see; once converted to a hash table they
 * never go back, as in Redis.
 */
export class HashValue implements HashView {
  readonly type = 'hash';
  #small: Map<string, string> | undefined = new Map();
  #large: Dict<Field> | undefined;
  #bytes = 0;

  constructor(private readonly limits: HashLimits) {}

  get size(): number {
    return this.#small?.size ?? this.#large?.size ?? 0;
  }

  get encoding(): 'listpack' | 'hashtable' {
    return this.#small === undefined ? 'hashtable' : 'listpack';
  }

  /** Estimated bytes of memory. */
  get bytes(): number {
    return 120 + this.#bytes;
  }

  clone(): HashValue {
    const copy = new HashValue(this.limits);
    if (this.#small === undefined) copy.#convert(new Map<string, string>());
    for (const [field, value] of this.#small ?? [])
      copy.#setSmall(copy.#small ?? new Map<string, string>(), field, value);
    for (const { key, value } of this.#entries()) copy.set(key, value);
    return copy;
  }

  /** The hash table, of a hash that has one. */
  get table(): Dict<Field> | undefined {
    return this.#large;
  }

  has(field: string): boolean {
    return this.get(field) !== undefined;
  }

  get(field: string): string | undefined {
    return this.#small === undefined ? this.#large?.get(field)?.value : this.#small.get(field);
  }

  /** @returns whether the field is new */
  set(field: string, value: string): boolean {
    if (this.#small !== undefined) this.#convertFor(this.#small, field, value);
    if (this.#small !== undefined) return this.#setSmall(this.#small, field, value);
    const large = (this.#large ??= new Dict());
    const existing = large.get(field);
    if (existing !== undefined) {
      this.#bytes += value.length - existing.value.length;
      if (large.observer !== undefined) large.observer.beforeChange(existing.index);
      existing.value = value;
      return false;
    }
    large.add({ key: field, value, index: -1 });
    this.#bytes += field.length + value.length + 120;
    return true;
  }

  delete(field: string): boolean {
    const old = this.get(field);
    if (old === undefined) return false;
    this.#bytes -= field.length + old.length + (this.#small === undefined ? 120 : 64);
    if (this.#small === undefined) this.#large?.delete(field);
    else this.#small.delete(field);
    return true;
  }

  fields(): string[] {
    return this.#small === undefined ? this.#entries().map((entry) => entry.key) : [...this.#small.keys()];
  }

  values(): string[] {
    return this.#small === undefined ? this.#entries().map((entry) => entry.value) : [...this.#small.values()];
  }

  pairs(): string[] {
    const pairs: string[] = [];
    if (this.#small === undefined) for (const entry of this.#entries()) pairs.push(entry.key, entry.value);
    else for (const [field, value] of this.#small) pairs.push(field, value);
    return pairs;
  }

  random(random: () => number): readonly [field: string, value: string] {
    if (this.#small === undefined) {
      const entry = this.#large?.random(random);
      return [entry?.key ?? '', entry?.value ?? ''];
    }
    let skip = Math.floor(random() * this.#small.size);
    for (const pair of this.#small) if (skip-- === 0) return pair;
    return ['', ''];
  }

  /** One step of HSCAN. A small hash is handed out whole, whatever `count` says, as Redis does. */
  scan(cursor: number, count: number, visit: (field: string, value: string) => void): number {
    if (this.#small !== undefined) {
      for (const [field, value] of this.#small) visit(field, value);
      return 0;
    }
    return (
      this.#large?.scan(cursor, count, (entry) => {
        visit(entry.key, entry.value);
      }) ?? 0
    );
  }

  #entries(): readonly Field[] {
    return this.#large?.entries() ?? [];
  }

  #setSmall(small: Map<string, string>, field: string, value: string): boolean {
    const old = small.get(field);
    small.set(field, value);
    this.#bytes += old === undefined ? field.length + value.length + 64 : value.length - old.length;
    if (small.size > this.limits['hash-max-listpack-entries']) this.#convert(small);
    return old === undefined;
  }

  #convertFor(small: Map<string, string>, field: string, value: string): void {
    const longest = this.limits['hash-max-listpack-value'];
    if (field.length > longest || value.length > longest) this.#convert(small);
  }

  #convert(small: Map<string, string>): void {
    const large = new Dict<Field>();
    for (const [key, value] of small) large.add({ key, value, index: -1 });
    this.#bytes += small.size * 56;
    this.#large = large;
    this.#small = undefined;
  }
}
