/** Limits up to which a hash reports the compact encoding. */
export interface HashLimits {
  readonly 'hash-max-listpack-entries': number;
  readonly 'hash-max-listpack-value': number;
}

/** The read-only side of a hash. */
export interface HashView {
  /** Estimated bytes of memory. */
  readonly bytes: number;
  readonly size: number;
  readonly encoding: 'listpack' | 'listpackex' | 'hashtable';
  /** The earliest deadline of a field, milliseconds since the epoch; Infinity when none has one. */
  readonly firstDeadline: number;
  has(field: string): boolean;
  get(field: string): string | undefined;
  fields(): string[];
  values(): string[];
  /** When a field expires, milliseconds since the epoch; 0 = never, undefined = there is no such field. */
  deadlineOf(field: string): number | undefined;
  /** Field and value in turn. */
  pairs(): string[];
  random(random: () => number): readonly [field: string, value: string];
  scan(cursor: number, count: number, visit: (field: string, value: string) => void): number;
}
