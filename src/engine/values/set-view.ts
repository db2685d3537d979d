/** Limits up to which sets keep the compact encodings. Live. */
export interface SetLimits {
  /** Members of a set of integers. */
  readonly 'set-max-intset-entries': number;
  /** Members of any small set; 0 before 7.2, which has no such. */
  readonly 'set-max-listpack-entries': number;
  /** Bytes of its longest member. */
  readonly 'set-max-listpack-value': number;
}

/** What OBJECT ENCODING says of sets. */
export type SetEncoding = 'intset' | 'listpack' | 'hashtable';

/** The read-only side of a set. */
export interface SetView {
  /** Estimated bytes of memory. */
  readonly bytes: number;
  readonly size: number;
  readonly encoding: SetEncoding;
  has(member: string): boolean;
  /** All members: of an intset in ascending order, of a listpack as they were added, of others in no promised one. */
  members(): string[];
  /** The member at a position of the order `members` has. */
  at(index: number): string | undefined;
  random(random: () => number): string | undefined;
  scan(cursor: number, count: number, visit: (member: string) => void): number;
  /** So many members may be added: since 7.2 what would be too large with them gives up its encoding before, whatever comes of it. */
  expect(count: number): void;
}
