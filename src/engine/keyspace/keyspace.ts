import type { Clock } from '../clock';
import { Database } from './database';
import { Dataset, type MemoryAccount } from './dataset';
import { type Entry, timedFieldsOf } from './entry';
import { NotificationFlags, type EventClass } from './notifications';

/** Publishes a keyspace event; the engine connects it to pub/sub. */
export type EventPublisher = (event: string, key: string, database: number) => void;

/** Counters INFO stats reports. */
export interface KeyspaceStats {
  hits: number;
  misses: number;
  expired: number;
  /** Fields of hashes. */
  expiredFields: number;
  evicted: number;
  /** Objects of UNLINK and FLUSH ASYNC that Redis would free in the background. */
  lazyFreed: number;
}

/** How long one round of active expiry may take before it yields to other work, in keys. */
const EXPIRE_BATCH = 200;

/** All databases, their expiry, and the events their changes cause. */
export class Keyspace {
  readonly databases: Database[];
  readonly notifications = new NotificationFlags();
  readonly stats: KeyspaceStats = { hits: 0, misses: 0, expired: 0, expiredFields: 0, evicted: 0, lazyFreed: 0 };
  /** Changes since the last save; what INFO calls rdb_changes_since_last_save. */
  dirty = 0;
  /** DEBUG SET-ACTIVE-EXPIRE. */
  activeExpiry = true;
  /** CLIENT PAUSE: keys whose time has come are gone for everybody, but stay where they are. */
  #frozen = false;
  /** Keys that became interesting to blocked commands, in the order they did. */
  readonly ready = new Map<string, { readonly database: Database; readonly key: string }>();
  publishEvent: EventPublisher = () => undefined;
  /** Told of every changed key, while somebody tracks them; `byClient`: whether a command changed it, not its time. */
  onTouch: ((key: string, byClient: boolean) => void) | undefined;
  /** Told of every key that is about to go because it expired or to make room, before anybody hears of it. */
  onGone: ((database: Database, key: string) => void) | undefined;
  /** Told of every field that is about to go because its time has come. */
  onFieldGone: ((database: Database, key: string, field: string) => void) | undefined;
  /** Told of every emptied database, while somebody tracks keys. */
  onFlush: (() => void) | undefined;
  readonly #account: MemoryAccount = { bytes: 0 };
  #nextDatasetId = 1;
  #tracked = false;
  #timer: unknown;
  #timerAt = Infinity;

  constructor(
    databases: number,
    readonly clock: Clock,
  ) {
    this.databases = Array.from({ length: databases }, (_, index) => new Database(index, this.newDataset()));
  }

  /** Estimated bytes of all datasets. */
  get bytes(): number {
    return this.#account.bytes;
  }

  /** A logical database by number. @throws RangeError when there is none: callers have checked what a client sent */
  database(index: number): Database {
    const database = this.databases[index];
    if (database === undefined) throw new RangeError(`there is no database ${String(index)}`);
    return database;
  }

  newDataset(id = this.#nextDatasetId): Dataset {
    this.#nextDatasetId = Math.max(this.#nextDatasetId, id + 1);
    return new Dataset(id, this.#tracked, this.#account, (at) => {
      this.armExpiry(at);
    });
  }

  /** Gives a logical database another dataset; the one it had is no longer in use. */
  show(database: Database, dataset: Dataset): void {
    database.dataset.retire();
    database.dataset = dataset;
  }

  /** From now on every dataset remembers which keys changed. Called once, before anything is written. */
  trackChanges(): void {
    this.#tracked = true;
    for (const database of this.databases) this.show(database, this.newDataset(database.dataset.id));
  }

  /**
   * Marks a key as changed for everyone who cares: snapshots, WATCH, blocked commands. Call it before the change.
   * @param wakes false for a change that cannot serve a blocked command
   * @param byClient false for keys that expire or are evicted
   */
  touch(database: Database, key: string, wakes = true, byClient = true): void {
    if (byClient) this.touchSilently(database, key);
    else database.dataset.touch(key); // as in Redis, no change that is counted: the command that came upon it has changed nothing
    if (this.onTouch !== undefined) this.onTouch(key, byClient);
    if (database.watchers.size > 0) database.invalidate(key);
    if (wakes && database.waiters.size > 0 && database.waiters.has(key)) this.signalReady(database, key);
  }

  /** Marks a key as changed for snapshots only. Call it before the change. */
  touchSilently(database: Database, key: string): void {
    database.dataset.touch(key);
    this.dirty += 1;
  }

  signalReady(database: Database, key: string): void {
    this.ready.set(`${String(database.index)}:${key}`, { database, key });
  }

  notify(letter: EventClass, event: string, key: string, database: Database): void {
    if (!this.notifications.silent && this.notifications.has(letter)) this.publishEvent(event, key, database.index);
  }

  /** The live entry of a key; one whose time has come is removed first. */
  find(database: Database, key: string, now: () => number): Entry | undefined {
    const { dataset } = database;
    const entry = dataset.keys.get(key);
    if (entry === undefined) return undefined;
    if (entry.heapIndex >= 0 && now() > dataset.expireAt(entry)) {
      this.expire(database, entry);
      return undefined;
    }
    if (dataset.fieldExpiries.size === 0 || this.#frozen || !this.expireFields(database, entry, now())) return entry;
    return dataset.keys.get(key);
  }

  /** Removes the fields of a hash whose time has come; a hash left empty goes too. @returns whether there were any */
  expireFields(database: Database, entry: Entry, now: number): boolean {
    const { key } = entry;
    const value = timedFieldsOf(entry.value);
    if (value === undefined || value.firstDeadline >= now) return false;
    const { dataset } = database;
    const fields = value.due(now);
    for (const field of fields) this.onFieldGone?.(database, key, field);
    this.touch(database, key, false, false);
    const { bytes } = value;
    for (const field of fields) value.delete(field);
    dataset.addBytes(value.bytes - bytes);
    this.stats.expiredFields += fields.length;
    this.notify('h', 'hexpired', key, database);
    if (value.size > 0) {
      dataset.noteFields(entry);
      return true;
    }
    dataset.remove(key);
    this.notify('g', 'del', key, database);
    return true;
  }

  /** Removes a key whose time has come, unless nothing expires. */
  expire(database: Database, entry: Entry): void {
    if (this.#frozen) return;
    this.onGone?.(database, entry.key);
    this.touch(database, entry.key, true, false);
    database.dataset.remove(entry.key);
    this.stats.expired += 1;
    this.notify('x', 'expired', entry.key, database);
  }

  /** Removes a key to make room for others. */
  evict(database: Database, entry: Entry): void {
    this.onGone?.(database, entry.key);
    this.touch(database, entry.key, true, false);
    database.dataset.remove(entry.key);
    this.stats.evicted += 1;
    this.notify('e', 'evicted', entry.key, database);
  }

  /** Gives a key a deadline (milliseconds since the epoch). The caller has touched the key. */
  setExpiry(database: Database, entry: Entry, at: number | bigint): void {
    database.dataset.expiries.set(entry, at);
    this.armExpiry(Number(at));
  }

  /** Empties a logical database by giving it a new dataset. @returns how many keys it held */
  flush(database: Database): number {
    const { dataset } = database;
    this.dirty += dataset.size;
    for (const [key, watchers] of database.watchers) {
      if (dataset.keys.has(key)) for (const watcher of watchers) watcher.invalidate();
    }
    for (const key of database.waiters.keys()) if (dataset.keys.has(key)) this.signalReady(database, key);
    this.show(database, this.newDataset());
    if (this.onFlush !== undefined) this.onFlush();
    return dataset.size;
  }

  /** Exchanges what two logical databases show. */
  swap(a: Database, b: Database): void {
    this.#invalidateSwapped(a, b.dataset);
    this.#invalidateSwapped(b, a.dataset);
    [a.dataset, b.dataset] = [b.dataset, a.dataset];
    this.dirty += 1;
    for (const database of [a, b]) {
      for (const key of database.waiters.keys())
        if (a.dataset.keys.has(key) || b.dataset.keys.has(key)) this.signalReady(database, key);
    }
  }

  /** A watched key changes unless it is neither there now nor then; one whose time has come is not there. */
  #invalidateSwapped(database: Database, next: Dataset): void {
    const now = this.clock.now();
    for (const [key, watchers] of database.watchers) {
      const entry = next.keys.get(key);
      const stale = entry !== undefined && entry.heapIndex >= 0 && next.expireAt(entry) < now;
      if (stale) {
        // Its end is no change either, now that nobody saw it alive.
        next.touch(key);
        next.remove(key);
        this.stats.expired += 1;
      }
      if ((entry !== undefined && !stale) || database.dataset.keys.has(key))
        for (const watcher of watchers) watcher.invalidate();
    }
  }

  /** Makes sure the timer fires no later than `at`. */
  armExpiry(at: number): void {
    if (at >= this.#timerAt || !this.activeExpiry || this.#frozen) return;
    this.disarmExpiry();
    this.#timerAt = at;
    // Redis expires a key when its deadline has passed, not when it is reached: hence the extra millisecond.
    this.#timer = this.clock.setTimer(
      () => {
        this.#expireDue();
      },
      at + 1 - this.clock.now(),
    );
  }

  /** Switches active expiry; without it keys expire when they are asked for. */
  setActiveExpiry(active: boolean): void {
    this.activeExpiry = active;
    this.#rearm();
  }

  /** Whether nothing expires and nothing is evicted. */
  get frozen(): boolean {
    return this.#frozen;
  }

  setFrozen(frozen: boolean): void {
    this.#frozen = frozen;
    this.#rearm();
  }

  #rearm(): void {
    this.disarmExpiry();
    if (this.activeExpiry && !this.#frozen)
      for (const { dataset } of this.databases)
        this.armExpiry(Math.min(dataset.expiries.firstTime, dataset.fieldExpiries.firstTime));
  }

  disarmExpiry(): void {
    if (this.#timer !== undefined) this.clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Infinity;
  }

  #expireDue(): void {
    this.#timer = undefined;
    this.#timerAt = Infinity;
    if (!this.activeExpiry) return;
    const started = performance.now();
    const now = this.clock.now();
    let budget = EXPIRE_BATCH;
    let next = Infinity;
    for (const database of this.databases) {
      const { expiries } = database.dataset;
      for (
        let entry = expiries.first();
        entry !== undefined && expiries.firstTime < now && budget > 0;
        entry = expiries.first()
      ) {
        this.expire(database, entry);
        budget -= 1;
      }
      const { fieldExpiries } = database.dataset;
      for (
        let timed = fieldExpiries.first();
        timed !== undefined && fieldExpiries.firstTime < now && budget > 0;
        timed = fieldExpiries.first()
      ) {
        this.expireFields(database, timed.entry, now);
        budget -= 1;
      }
      next = Math.min(next, expiries.firstTime, fieldExpiries.firstTime);
    }
    if (next < Infinity) this.armExpiry(next);
    this.onExpired((performance.now() - started) * 1000);
  }

  /** Called after a round of active expiry, with the microseconds it took: blocked commands (XREADGROUP) may have to be told. */
  onExpired: (microseconds: number) => void = () => undefined;
}
