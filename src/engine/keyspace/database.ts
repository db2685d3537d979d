import type { Dataset } from './dataset';

/** A client that WATCHes a key. */
export interface Watcher {
  /** Called when a watched key changed: EXEC will answer null. */
  invalidate(): void;
}

/** Someone waiting for a key to become ready (a blocked command). */
export interface Waiter {
  readonly id: number;
}

/** A logical database (what SELECT chooses): a dataset, and who is interested in its keys. */
export class Database {
  readonly watchers = new Map<string, Set<Watcher>>();
  /** Blocked commands per key, first come first served. */
  readonly waiters = new Map<string, Set<Waiter>>();
  constructor(
    readonly index: number,
    public dataset: Dataset,
  ) {}

  watch(key: string, watcher: Watcher): void {
    let watchers = this.watchers.get(key);
    if (watchers === undefined) this.watchers.set(key, (watchers = new Set()));
    watchers.add(watcher);
  }

  unwatch(key: string, watcher: Watcher): void {
    const watchers = this.watchers.get(key);
    if (watchers?.delete(watcher) === true && watchers.size === 0) this.watchers.delete(key);
  }

  /** Tells the clients that watch a key that it changed. */
  invalidate(key: string): void {
    const watchers = this.watchers.get(key);
    if (watchers !== undefined) for (const watcher of watchers) watcher.invalidate();
  }
}
