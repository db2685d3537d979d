import type { Redis } from 'ioredis';
import { REFUSED_TYPES } from '../../../engine/rdb/file/value-walk';
import { hasTimedFields } from '../../../engine/rdb/value-body';
import { RespiteError } from '../../../errors';
import { type NamedKey, NameList, namedKey, showKey } from '../key-names';
import type { MovedItem, Target } from '../transfer';
import { valueDifference } from './digest';
import { libraryName, TargetLibraries } from './libraries';
import { PartWriter } from './part-writer';
import { readValues, type Value } from './read-values';
import { answers, type Line, mastersOf, refusal } from './replies';
import { notSupported, Restorer } from './restorer';

/** What becomes of keys (and function libraries) that the target has already. */
export type Existing = 'refuse' | 'replace' | 'skip';

/** A library that the target has already. */
export interface NamedLibrary {
  readonly library: string;
}

/** How a target takes what it is given; everything is optional. */
export interface TargetSettings {
  /** Whether what is there already and the same counts as written: who goes on meets what he has written; default false. */
  readonly sameIsWritten?: boolean;
  /** How far deadlines of the same may be apart, in milliseconds; default 0. */
  readonly slackMs?: number;
  /** The setting that says how many databases there are, for messages. */
  readonly databasesSetting?: string;
}

/** The data behind a client: an engine in this process, the one of another process, a Redis. */
export class RedisTarget implements Target {
  /** Keys written. */
  written = 0;
  /** Keys whose time was over. */
  expired = 0;
  /** Keys and libraries that were there, and stay as they are. */
  readonly kept = new NameList<NamedKey | NamedLibrary>();
  functions = 0;
  readonly #parts: PartWriter;
  #db: number | undefined;
  #sizes: ReadonlyMap<number, number> | undefined;
  #takesTimedFields: Promise<boolean> | undefined;
  readonly #libraries: TargetLibraries;
  readonly #restorer: Restorer;

  /** @param client one of its own: databases are chosen on it. @param now when a key counts as expired */
  constructor(
    private readonly client: Redis,
    private readonly existing: Existing,
    private readonly now: () => number,
    private readonly settings: TargetSettings = {},
  ) {
    this.#parts = new PartWriter(client, existing, settings.sameIsWritten === true, settings.slackMs ?? 0);
    this.#libraries = new TargetLibraries(client);
    this.#restorer = new Restorer(client, existing === 'replace');
  }

  /** Whether nothing is there yet. */
  async isEmpty(): Promise<boolean> {
    this.#sizes ??= await this.#databaseSizes();
    return this.#sizes.size === 0;
  }

  /** Chooses a database, before anything is written to it. @throws RespiteError `IMPORT_REFUSED` when there is none */
  async choose(db: number): Promise<void> {
    await this.#select(db);
  }

  /** Nothing comes any more: what is left of a value that went while it was read is removed. */
  async finish(): Promise<void> {
    try {
      await this.#parts.abandon();
    } finally {
      await this.#restorer.close();
    }
  }

  /** Whether it is a key (or the last part of one) whose time is over: such are not written. */
  isOver(item: MovedItem): boolean {
    const isKey = item.kind === 'value' || (item.kind === 'part' && item.last);
    return isKey && item.expireAt !== 0 && item.expireAt <= this.now();
  }

  /** Why a value cannot be taken in here, if so: hashes whose fields have deadlines need Redis 7.4 or later. */
  unsupported(body: Buffer): string | undefined | Promise<string | undefined> {
    const what = REFUSED_TYPES[body[0] ?? 0];
    return what !== undefined || !hasTimedFields(body) ? what : this.#refusesTimedFields();
  }

  async #refusesTimedFields(): Promise<string | undefined> {
    this.#takesTimedFields ??= this.client.call('COMMAND', ['INFO', 'HPEXPIREAT']).then((reply) => {
      return Array.isArray(reply) && reply[0] !== null;
    });
    if (await this.#takesTimedFields) return undefined;
    return 'a hash whose fields have deadlines, which the target does not know (Redis 7.4 and later do, and redis.standalone.version 7.4 or 8.0)';
  }

  /** Adds what is there already of a batch to a list, before anything is written. */
  async findExisting(
    batch: readonly MovedItem[],
    list: NameList<NamedKey | NamedLibrary>,
    libraries: NameList<NamedLibrary>,
  ): Promise<void> {
    this.#sizes ??= await this.#databaseSizes();
    const keys = batch.flatMap((item) => (item.kind === 'value' || (item.kind === 'part' && item.first) ? [item] : []));
    for (const [db, items] of groupByDb(keys)) {
      if (!this.#sizes.has(db)) continue;
      await this.findNames(
        db,
        items.map(({ key }) => Buffer.from(key, 'latin1')),
        list,
      );
    }
    for (const item of batch) {
      if (item.kind !== 'function') continue;
      const library = libraryName(item.source);
      if ((await this.#libraries.find(library)) === undefined) continue;
      list.add({ library });
      libraries.add({ library });
    }
  }

  /** Adds which of these keys are there already to a list. */
  async findNames(db: number, names: readonly Buffer[], list: NameList<NamedKey | NamedLibrary>): Promise<void> {
    this.#sizes ??= await this.#databaseSizes();
    if (!this.#sizes.has(db)) return;
    await this.#select(db);
    const replies = await answers(
      this.client,
      names.map((name): Line => ['EXISTS', name]),
    );
    for (const [i, name] of names.entries()) if (replies[i] === 1) list.add(namedKey(db, name.latin1Slice()));
  }

  async write(batch: readonly MovedItem[]): Promise<void> {
    let values: Value[] = [];
    for (const item of batch) {
      if (item.kind === 'value' && (values.length === 0 || values[0]?.db === item.db)) {
        values.push(item);
        continue;
      }
      await this.#restore(values);
      values = item.kind === 'value' ? [item] : [];
      if (item.kind === 'function') await this.#load(item.source);
      else if (item.kind === 'part') await this.#part(item);
      else if (item.kind === 'refused') throw notSupported(item.db, item.key, `it is ${item.what}`);
    }
    await this.#restore(values);
  }

  async #restore(values: readonly Value[]): Promise<void> {
    const living = values.filter((value) => !this.isOver(value));
    this.expired += values.length - living.length;
    const [first] = living;
    if (first === undefined) return;
    await this.#select(first.db);
    for (const { db, key, body } of living) {
      const answer = this.unsupported(body);
      // Nearly all are known at once: no promise for each key.
      const what = answer instanceof Promise ? await answer : answer;
      if (what !== undefined) throw notSupported(db, key, `it is ${what}`);
    }
    const replies = await this.#restorer.restore(living);
    for (const [i, value] of living.entries()) {
      const reply = replies[i];
      if (reply === undefined || (await this.#isTheSame(value, reply))) this.written += 1;
      else this.#refused(value.db, value.key, reply);
    }
  }

  async #isTheSame(value: Value, reply: Error): Promise<boolean> {
    if (this.settings.sameIsWritten !== true || !reply.message.startsWith('BUSYKEY')) return false;
    const [there] = await readValues(this.client, value.db, [Buffer.from(value.key, 'latin1')]);
    return valueDifference(value, there, this.settings.slackMs ?? 0, this.now()) === undefined;
  }

  async #part(part: Extract<MovedItem, { kind: 'part' }>): Promise<void> {
    const { db, key, last, expireAt } = part;
    const isOver = expireAt !== 0 && expireAt <= this.now();
    if (isOver) {
      if (last) this.expired += 1;
      return;
    }
    await this.#select(db);
    const refusal = await this.#parts.write(part);
    if (refusal !== undefined) this.#refused(db, key, refusal);
    else if (last) this.written += 1;
  }

  /** A key was not written. */
  #refused(db: number, key: string, reply: Error): void {
    const isThere = reply.message.startsWith('BUSYKEY');
    if (isThere && this.existing === 'skip') {
      this.kept.add(namedKey(db, key));
      return;
    }
    if (isThere) {
      throw new RespiteError('IMPORT_CONFLICT', {
        message: `The key ${showKey(db, key)} is twice in what is imported, or somebody has just written it. What was written before it stays.`,
      });
    }
    throw new RespiteError('IMPORT_REFUSED', {
      message: `The key ${showKey(db, key)} was refused: ${reply.message}. What was written before it are whole keys.`,
      cause: reply,
    });
  }

  async #load(source: string): Promise<void> {
    const library = libraryName(source);
    const there = await this.#libraries.find(library);
    if (there === source && this.settings.sameIsWritten === true) {
      this.functions += 1;
      return;
    }
    if (there !== undefined && this.existing === 'skip') {
      this.kept.add({ library });
      return;
    }
    await this.#libraries.load(source, this.existing === 'replace');
    this.functions += 1;
  }

  async #select(db: number): Promise<void> {
    if (this.#db === db) return;
    if (!this.client.isCluster) {
      try {
        await this.client.select(db);
      } catch (error) {
        const cause = refusal(error);
        if (!cause.message.includes('out of range')) throw cause;
        const setting = this.settings.databasesSetting ?? 'redis.standalone.databases';
        throw new RespiteError('IMPORT_REFUSED', {
          message: `There is no database ${String(db)} at the target: set ${setting} to ${String(db + 1)} or more.`,
          cause,
        });
      }
    } else if (db !== 0) {
      throw new RespiteError('IMPORT_REFUSED', {
        message: `A Redis Cluster has database 0 alone, and there are keys in database ${String(db)}. Move one with --db and --to-db 0.`,
      });
    }
    this.#db = db;
  }

  async #databaseSizes(): Promise<ReadonlyMap<number, number>> {
    const all = await Promise.all(mastersOf(this.client).map((master) => master.info('keyspace')));
    return new Map(
      [...all.join('\n').matchAll(/^db(\d+):keys=(\d+)/gm)].map(([, db, keys]) => [Number(db), Number(keys)]),
    );
  }
}

function groupByDb<T extends { readonly db: number }>(items: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(item.db);
    if (group === undefined) groups.set(item.db, [item]);
    else group.push(item);
  }
  return groups;
}
