import { WRONG_TYPE } from '../command/errors';
import type { CommandRecord } from '../command/table';
import type { EffectLine } from '../effects/effect-log';
import type { Database } from '../keyspace/database';
import { type Collection, type Entry, type Kind, type StoredValue, type ValueType } from '../keyspace/entry';
import type { EventClass } from '../keyspace/notifications';
import type { Dataset } from '../keyspace/dataset';
import type { Client } from '../session/client';
import { RawString } from '../values/raw-string';
import { FrozenClock } from './frozen-clock';
import type { ScriptCaller } from './ports';
import type { Services } from './services';

const CLASS_OF: Record<ValueType, EventClass> = { string: '$', list: 'l', set: 's', zset: 'z', hash: 'h', stream: 't' };

interface Edit {
  readonly database: Database;
  readonly dataset: Dataset;
  readonly entry: Entry;
  readonly value: Collection;
  /** What the dataset's account already holds for this value. */
  accounted: number;
}

/**
 * What a command sees of the world: keys to read, and the only ways to change them. Whatever goes through here is
 * seen by WATCH, snapshots, blocked commands, keyspace events and the memory account; `settle` ends every command.
 */
export class CommandContext implements ScriptCaller {
  /** Stands still while a command, a transaction or a script runs. */
  readonly time: FrozenClock;
  readonly #edits: Edit[] = [];

  constructor(
    readonly engine: Services,
    readonly session: Client,
  ) {
    this.time = new FrozenClock(engine);
  }

  /** The database the client has selected. */
  get db(): Database {
    return this.session.database;
  }

  /** Milliseconds since the epoch, by `time`. */
  get now(): number {
    return this.time.now;
  }

  /** Lets the time move on: called before each command that is not part of a larger one. */
  resetClock(frozenAt = 0): void {
    this.time.reset(frozenAt);
  }

  /** The running command's name as the client wrote it: some errors show it. */
  typedName = '';

  /** Whether a command must not wait now: inside EXEC and scripts. */
  denyBlocking = false;

  /** The call of EVAL or its like that runs. */
  runningScript: { readonly record: CommandRecord; readonly args: readonly string[] } | undefined;

  /** Whether a script runs. */
  inScript = false;

  /** What the running script asked replies to look like (`resp`); its client's messages keep the client's own form. */
  scriptResp: 2 | 3 | undefined;

  get resp(): 2 | 3 {
    return this.scriptResp ?? this.session.resp;
  }

  /** Sees to it that so many bytes can be made at once; asked before anything changes. @throws OOM */
  reserve(bytes: number): void {
    if (!this.engine.switches.loading) this.engine.memory.heapRoom.reserve(bytes);
  }

  /** The live entry of a key for a command that may write; counts neither as hit nor as miss. */
  lookup(key: string, db: Database = this.db): Entry | undefined {
    const entry = this.engine.keyspace.find(db, key, this.time.read);
    if (entry !== undefined && !this.session.noTouch) entry.access = this.engine.accessStamp(entry);
    return entry;
  }

  /** Like `lookupRead` for commands that only ask about a key (TTL, TYPE, EXISTS): it does not count as used. */
  glance(key: string): Entry | undefined {
    return this.#count(key, this.engine.keyspace.find(this.db, key, this.time.read));
  }

  /** The live entry of a key for a command that only reads. */
  lookupRead(key: string): Entry | undefined {
    return this.#count(key, this.lookup(key));
  }

  #count(key: string, entry: Entry | undefined): Entry | undefined {
    const { keyspace } = this.engine;
    if (entry === undefined) {
      keyspace.stats.misses += 1;
      keyspace.notify('m', 'keymiss', key, this.db);
    } else {
      keyspace.stats.hits += 1;
    }
    return entry;
  }

  /** A collection to look at, undefined when there is no such key. @throws WRONGTYPE */
  read<Value extends Collection, View>(key: string, kind: Kind<Value, View>): View | undefined {
    return this.#viewOf(this.lookupRead(key), kind);
  }

  /** Like `read`, for a command that may write afterwards. @throws WRONGTYPE */
  peek<Value extends Collection, View>(key: string, kind: Kind<Value, View>): View | undefined {
    return this.#viewOf(this.lookup(key), kind);
  }

  /** A string value to look at. @throws WRONGTYPE */
  readString(key: string): string | RawString | undefined {
    return stringOf(this.lookupRead(key));
  }

  /** Like `readString`, for a command that may write afterwards. @throws WRONGTYPE */
  peekString(key: string): string | RawString | undefined {
    return stringOf(this.lookup(key));
  }

  /**
   * A collection to change, created when there is none. Call it once it is certain that something changes. A
   * collection left empty is removed when the command ends, with its `del` event.
   * @param event the keyspace event to publish, in the class of the type
   * @throws WRONGTYPE
   */
  edit<Value extends Collection, View>(
    key: string,
    kind: Kind<Value, View>,
    event?: string,
    db: Database = this.db,
  ): Value {
    return this.#edit(key, kind, event, db, true);
  }

  /** Like `edit` for what Redis keeps from WATCH, client-side caches and blocked commands: a stream's groups and ids. */
  editSilently<Value extends Collection, View>(key: string, kind: Kind<Value, View>, event?: string): Value {
    return this.#edit(key, kind, event, this.db, false);
  }

  #edit<Value extends Collection, View>(
    key: string,
    kind: Kind<Value, View>,
    event: string | undefined,
    db: Database,
    seen: boolean,
  ): Value {
    const { keyspace } = this.engine;
    let entry = this.lookup(key, db);
    if (entry !== undefined && (typeof entry.value === 'string' || entry.value.type !== kind.type)) throw WRONG_TYPE;
    if (seen) keyspace.touch(db, key);
    else keyspace.touchSilently(db, key);
    const { dataset } = db;
    if (entry === undefined) {
      entry = dataset.put(key, kind.create(this.engine.limits), this.engine.accessStamp());
      keyspace.notify('n', 'new', key, db);
    }
    const value = entry.value as Value; // its type was checked or it was created above
    if (!this.#edits.some((edit) => edit.value === value)) {
      this.#edits.push({ database: db, dataset, entry, value, accounted: value.bytes });
    }
    if (event !== undefined) keyspace.notify(CLASS_OF[kind.type], event, key, db);
    return value;
  }

  /** Changes a string in place, created empty when there is none. The caller notifies. @throws WRONGTYPE */
  editString(key: string, change: (value: RawString) => void): RawString {
    const existing = this.peekString(key);
    const raw = existing instanceof RawString ? existing : new RawString(existing ?? '');
    const bytesBefore = raw.bytes;
    this.engine.keyspace.touch(this.db, key);
    const { dataset } = this.db;
    if (existing === undefined) this.engine.keyspace.notify('n', 'new', key, this.db);
    if (raw !== existing) dataset.put(key, raw, this.engine.accessStamp());
    const accounted = raw === existing ? bytesBefore : raw.bytes;
    change(raw);
    dataset.addBytes(raw.bytes - accounted);
    return raw;
  }

  /**
   * Gives a key a new value whatever it held before. The caller notifies.
   * @param keepTtl whether a deadline stays
   */
  store(key: string, value: StoredValue, keepTtl = false, db: Database = this.db): Entry {
    const { keyspace } = this.engine;
    this.#account();
    const existing = this.lookup(key, db);
    keyspace.touch(db, key);
    const entry = db.dataset.put(key, value, this.engine.accessStamp());
    if (existing === undefined) keyspace.notify('n', 'new', key, db);
    else if (!keepTtl && entry.heapIndex >= 0) db.dataset.expiries.remove(entry);
    return entry;
  }

  /** Removes a key. @param event the keyspace event, null for commands that publish their own. @returns whether it was there */
  remove(key: string, event: string | null = 'del', db: Database = this.db): boolean {
    if (this.lookup(key, db) === undefined) return false;
    this.#remove(key, event, db);
    return true;
  }

  /** Removes the key that an empty result was to be stored in, if it is there: as in Redis, also when its time is over. */
  vacate(key: string): void {
    if (this.db.dataset.keys.get(key) !== undefined) this.#remove(key, 'del', this.db);
  }

  #remove(key: string, event: string | null, db: Database): void {
    this.#account();
    this.engine.keyspace.touch(db, key);
    db.dataset.remove(key);
    if (event !== null) this.engine.keyspace.notify('g', event, key, db);
  }

  /** The deadline of an entry in milliseconds since the epoch, 0 when it has none. */
  expireAt(entry: Entry, db: Database = this.db): number | bigint {
    return db.dataset.expiries.exactTimeOf(entry);
  }

  /** Sets a deadline in milliseconds since the epoch; 0 takes it away. The caller notifies. */
  setExpiry(entry: Entry, at: number | bigint, db: Database = this.db): void {
    // A deadline makes no key ready for those who wait.
    this.engine.keyspace.touch(db, entry.key, false);
    if (at === 0) db.dataset.expiries.remove(entry);
    else this.engine.keyspace.setExpiry(db, entry, at);
  }

  notify(letter: EventClass, event: string, key: string, db: Database = this.db): void {
    this.engine.keyspace.notify(letter, event, key, db);
  }

  /** Lets commands that wait for a key look at it, although it was not changed by `edit` or `store`. */
  signalReady(key: string): void {
    if (this.db.waiters.has(key)) this.engine.keyspace.signalReady(this.db, key);
  }

  #effects: EffectLine[] | undefined;

  /** Whether anybody follows the effects of commands. */
  get tellsEffects(): boolean {
    return this.engine.effects.active;
  }

  /** Says what the running command changes, instead of its own line; without a line: nothing. For `effects: 'told'`. */
  effect(...lines: readonly EffectLine[]): void {
    if (!this.engine.effects.active) return;
    (this.#effects ??= []).push(...lines);
  }

  /** What `effect` was told since this was asked last. */
  takeEffects(): readonly EffectLine[] | undefined {
    const effects = this.#effects;
    this.#effects = undefined;
    return effects;
  }

  /** Ends a command: accounts for what was edited and removes the collections that were emptied. */
  settle(): void {
    if (this.#edits.length === 0) return;
    this.#account();
    for (const { database, dataset, entry, value } of this.#edits) {
      if (entry.index < 0 || entry.value !== value) continue;
      if (value.type === 'hash') dataset.noteFields(entry);
      if (value.size > 0 || value.type === 'stream') continue;
      dataset.remove(entry.key);
      this.engine.keyspace.notify('g', 'del', entry.key, database);
    }
    this.#edits.length = 0;
  }

  /** Accounts for what is being edited. */
  #account(): void {
    for (const edit of this.#edits) {
      if (edit.entry.index < 0 || edit.entry.value !== edit.value) continue;
      const { bytes } = edit.value;
      edit.dataset.addBytes(bytes - edit.accounted);
      edit.accounted = bytes;
    }
  }

  #viewOf<Value extends Collection, View>(entry: Entry | undefined, kind: Kind<Value, View>): View | undefined {
    if (entry === undefined) return undefined;
    if (typeof entry.value === 'string' || entry.value.type !== kind.type) throw WRONG_TYPE;
    return entry.value as unknown as View; // the type tag names the class, and every class implements its view
  }
}

function stringOf(entry: Entry | undefined): string | RawString | undefined {
  if (entry === undefined) return undefined;
  const { value } = entry;
  if (typeof value === 'string' || value instanceof RawString) return value;
  throw WRONG_TYPE;
}
