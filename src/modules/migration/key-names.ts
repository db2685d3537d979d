/** A key as a message names it: cut, and readable whatever its bytes are. */
export function showKey(db: number, key: string): string {
  const text = Buffer.from(key, 'latin1').toString('utf8');
  return `${JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text)} in database ${String(db)}`;
}

/** A key that is named in an answer. */
export interface NamedKey {
  readonly db: number;
  /** As UTF-8; bytes that are none stand as U+FFFD. */
  readonly key: string;
}

/** A key for answers. */
export function namedKey(db: number, key: string): NamedKey {
  return { db, key: Buffer.from(key, 'latin1').toString('utf8') };
}

/** Collects names up to a limit, and counts all. */
export class NameList<T> {
  readonly names: T[] = [];
  count = 0;

  constructor(private readonly limit = 1000) {}

  add(name: T): void {
    this.count += 1;
    if (this.names.length < this.limit) this.names.push(name);
  }
}
