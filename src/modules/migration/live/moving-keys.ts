/** Keys to come back to, by database. They are followed where commands move them. */
export class MovingKeys {
  readonly #keys = new Map<number, Set<string>>();

  get size(): number {
    let size = 0;
    for (const keys of this.#keys.values()) size += keys.size;
    return size;
  }

  has(db: number, key: string): boolean {
    return this.#keys.get(db)?.has(key) === true;
  }

  /** The keys of each database, as they are now. */
  entries(): (readonly [db: number, keys: readonly string[]])[] {
    return [...this.#keys].filter(([, keys]) => keys.size > 0).map(([db, keys]) => [db, [...keys]]);
  }

  add(db: number, key: string): void {
    let keys = this.#keys.get(db);
    if (keys === undefined) this.#keys.set(db, (keys = new Set()));
    keys.add(key);
  }

  delete(db: number, keys: Iterable<string>): void {
    const known = this.#keys.get(db);
    if (known !== undefined) for (const key of keys) known.delete(key);
  }

  /** Follows what a command does to whole keys. @param name in lower case */
  follow(db: number, name: string, args: readonly string[]): void {
    const [first = '', second = '', ...rest] = args;
    switch (name) {
      case 'del':
      case 'unlink':
        this.delete(db, args);
        return;
      case 'rename':
      case 'renamenx':
        this.#pass(db, first, db, second, true);
        return;
      case 'move':
        this.#pass(db, first, Number(second), first, true);
        return;
      case 'copy': {
        const at = rest.findIndex((word) => /^db$/i.test(word));
        this.#pass(db, first, at < 0 ? db : Number(rest[at + 1]), second, false);
        return;
      }
      case 'swapdb': {
        const [one, other] = [this.#keys.get(Number(first)), this.#keys.get(Number(second))];
        this.#keys.set(Number(first), other ?? new Set()).set(Number(second), one ?? new Set());
        return;
      }
      case 'flushdb':
        this.#keys.delete(db);
        return;
      case 'flushall':
        this.#keys.clear();
    }
  }

  #pass(fromDb: number, from: string, toDb: number, to: string, moves: boolean): void {
    if (this.has(fromDb, from)) this.add(toDb, to);
    else this.delete(toDb, [to]);
    if (moves) this.delete(fromDb, [from]);
  }
}
