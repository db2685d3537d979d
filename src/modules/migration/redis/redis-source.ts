import { setImmediate } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { keyReaderOf, type KeyWalk } from '../../cache';
import { unlessInterrupted } from '../interruption';
import { matching, type Selection } from '../selection';
import type { MovedItem, Source } from '../transfer';
import { bigValue, hasTimedFields } from './big-values';
import { deadlineOf } from './expiry';
import { librarySources } from './libraries';
import { SeenKeys } from './seen-keys';
import { readValues, sizesOf } from './read-values';

/** Keys asked for at once. */
const SCAN_COUNT = 512;
/** Bytes of memory that a round of values may have, about. */
const ROUND_BYTES = 8 * 1024 * 1024;

/** Keys whose values are asked for together. */
interface Round {
  readonly names: readonly Buffer[];
  /** Of a key that is read in parts: what it takes in memory. */
  readonly big?: number;
}

/** How far a source was read: everything before it was handed out. It means something to the same process of the source alone. */
export interface Position {
  readonly db: number;
  readonly cursor: string;
}

/** What a source hands out at once. */
export interface Page {
  readonly items: readonly MovedItem[];
  /** Where to go on once they were dealt with, where that can be said. */
  readonly next?: Position;
}

/** How a source is read; everything is optional. */
export interface SourceSettings {
  readonly selection?: Selection;
  /** Whether others may write meanwhile; default true. */
  readonly changes?: boolean;
  /** Whether large values that others may write are read in parts too, anew where that happens; default false. */
  readonly partsOfChanging?: boolean;
  /** Bytes of memory from which a value is read in parts; default 32 MB. */
  readonly bigBytes?: number;
  /** Keys asked for at once; default 512. */
  readonly batch?: number | undefined;
}

/** Names of keys of one database. */
export interface NamesOfDatabase {
  readonly db: number;
  readonly names: readonly Buffer[];
}

/** A source whose keys can be listed without their values. */
export interface KeySource extends Source {
  /** How many keys there are by database, those that do not match included. */
  databases(): Promise<readonly (readonly [db: number, keys: number])[]>;
  /** Whether fields of any hash have deadlines. */
  hasTimedFields(): Promise<boolean>;
  /** The sources of its function libraries; none when keys were selected. */
  libraries(): Promise<readonly string[]>;
  names(signal: AbortSignal | undefined): AsyncGenerator<NamesOfDatabase, void, undefined>;
  /** As `batches`, from a position on. */
  pages(signal: AbortSignal | undefined, from?: Position): AsyncGenerator<Page, void, undefined>;
}

/**
 * The data behind a client: an engine in this process, the one of another process behind its private socket, a Redis. Keys
 * that stay are all there; of those that change meanwhile, each is as it was when it was read.
 */
export class RedisSource implements KeySource {
  readonly #selection: Selection;
  readonly #changes: boolean;
  readonly #bigBytes: number;
  readonly #batch: number;

  /** @param client one of its own: databases are chosen on it */
  constructor(
    private readonly client: Redis,
    private readonly settings: SourceSettings = {},
  ) {
    this.#selection = settings.selection ?? {};
    this.#changes = settings.changes ?? true;
    this.#batch = settings.batch ?? SCAN_COUNT;
    const inParts = !this.#changes || settings.partsOfChanging === true;
    this.#bigBytes = inParts ? (settings.bigBytes ?? 32 * 1024 * 1024) : Infinity;
  }

  async databases(): Promise<readonly (readonly [db: number, keys: number])[]> {
    const info = await this.client.info('keyspace');
    const all = [...info.matchAll(/^db(\d+):keys=(\d+)/gm)].map(([, db, keys]) => [Number(db), Number(keys)] as const);
    const { db: wanted } = this.#selection;
    return wanted === undefined ? all : all.filter(([db]) => db === wanted);
  }

  hasTimedFields(): Promise<boolean> {
    return hasTimedFields(this.client);
  }

  async libraries(): Promise<readonly string[]> {
    const { match, db } = this.#selection;
    // A selection of keys is one of keys.
    return match === undefined && db === undefined ? librarySources(this.client) : [];
  }

  /** Without positions, and so past the commands where that can be. */
  async *batches(signal: AbortSignal | undefined): AsyncGenerator<readonly MovedItem[], void, undefined> {
    const functions = await this.#functions();
    if (functions.length > 0) yield functions;
    for (const [db] of await this.databases()) {
      await this.client.select(db);
      const walk = keyReaderOf(this.client)?.walk();
      if (walk !== undefined) yield* this.#walk(db, walk, signal);
      else for await (const { names } of this.#scanDatabase(db, '0', signal)) yield* this.#read(db, names, signal);
    }
  }

  async *#walk(db: number, walk: KeyWalk, signal: AbortSignal | undefined): AsyncGenerator<readonly MovedItem[]> {
    const matches = this.#selection.match === undefined ? undefined : matching(this.#selection.match);
    while (!walk.isOver) {
      unlessInterrupted(signal);
      // Asked for each time: somebody may have begun to watch, or to pause clients.
      const reader = keyReaderOf(this.client);
      if (reader === undefined) {
        const names = walk.names(this.#batch).filter((name) => matches?.(name) !== false);
        yield* this.#read(
          db,
          names.map((name) => Buffer.from(name, 'latin1')),
          signal,
        );
        continue;
      }
      const { items, big } = reader.page(walk, { db, matches, keys: this.#batch, bigBytes: this.#bigBytes });
      // Others have their turn.
      await setImmediate();
      if (items.length > 0) yield items;
      if (big !== undefined) yield* this.#readBig(db, Buffer.from(big.name, 'latin1'), big.bytes);
    }
  }

  async #functions(): Promise<readonly MovedItem[]> {
    return (await this.libraries()).map((source) => ({ kind: 'function', source }));
  }

  async *names(signal: AbortSignal | undefined): AsyncGenerator<NamesOfDatabase, void, undefined> {
    for await (const { db, names } of this.#scan(signal)) yield { db, names };
  }

  async *pages(signal: AbortSignal | undefined, from?: Position): AsyncGenerator<Page, void, undefined> {
    const functions = await this.#functions();
    if (functions.length > 0) yield { items: functions };
    for await (const { db, names, next } of this.#scan(signal, from)) {
      for await (const items of this.#read(db, names, signal)) yield { items };
      yield { items: [], next };
    }
  }

  async *#read(
    db: number,
    names: readonly Buffer[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<readonly MovedItem[]> {
    for (const { names: some, big } of await this.#rounds(names)) {
      unlessInterrupted(signal);
      const [name] = some;
      if (big !== undefined && name !== undefined) yield* this.#readBig(db, name, big);
      else yield await readValues(this.client, db, some);
    }
  }

  async *#readBig(db: number, name: Buffer, size: number): AsyncGenerator<readonly MovedItem[]> {
    const expireAt = Math.max(0, await deadlineOf(this.client, name));
    const parts = await bigValue(this.client, { db, key: name.latin1Slice(), expireAt }, size, this.#changes);
    if (parts === undefined) yield await readValues(this.client, db, [name]);
    else for await (const part of parts) yield [part];
  }

  async *#scan(signal: AbortSignal | undefined, from: Position = { db: 0, cursor: '0' }) {
    for (const [db] of await this.databases()) {
      if (db < from.db) continue;
      await this.client.select(db);
      yield* this.#scanDatabase(db, db === from.db ? from.cursor : '0', signal);
    }
  }

  /** The names of the database that is chosen. */
  async *#scanDatabase(db: number, from: string, signal: AbortSignal | undefined) {
    const seen = this.#changes ? new SeenKeys() : undefined;
    let cursor = from;
    do {
      unlessInterrupted(signal);
      const [next, found] = await this.client.scanBuffer(cursor, ...this.#scanOptions());
      cursor = String(next);
      const names = seen === undefined ? found : found.filter((key) => seen.add(key.latin1Slice()));
      yield { db, names, next: cursor === '0' ? { db: db + 1, cursor } : { db, cursor } };
    } while (cursor !== '0');
  }

  #scanOptions(): ['COUNT', number] {
    const { match } = this.#selection;
    // ioredis has overloads for each order of options; the wire has not.
    return [...(match === undefined ? [] : ['MATCH', match]), 'COUNT', this.#batch] as unknown as ['COUNT', number];
  }

  /** Keys whose values are asked for together, so that they fit into memory. */
  async #rounds(keys: readonly Buffer[]): Promise<Round[]> {
    const sizes = await sizesOf(this.client, keys);
    const rounds: Round[] = [];
    let names: Buffer[] | undefined;
    let left = 0;
    for (const [i, key] of keys.entries()) {
      // Who does not know MEMORY USAGE has no large values either, as far as can be told.
      const size = typeof sizes[i] === 'number' ? sizes[i] : 0;
      if (size > this.#bigBytes) {
        rounds.push({ names: [key], big: size });
        names = undefined;
        continue;
      }
      if (names === undefined || size > left) {
        rounds.push({ names: (names = []) });
        left = ROUND_BYTES;
      }
      names.push(key);
      left -= size;
    }
    return rounds;
  }
}
