import type { Redis } from 'ioredis';
import { asRedis7, payloadOfBody } from '../../../engine/rdb/value-body';
import { RespiteError } from '../../../errors';
import { type NamedKey, NameList, namedKey, showKey } from '../key-names';
import type { MovedItem, Target } from '../transfer';
import { PartWriter } from './part-writer';
import { allReplies, bytesOf } from './replies';

/** What becomes of keys (and function libraries) that the target has already. */
export type Existing = 'refuse' | 'replace' | 'skip';

/** A library that the target has already. */
export interface NamedLibrary {
  readonly library: string;
}

type Value = Extract<MovedItem, { kind: 'value' }>;

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
  #libraries: ReadonlySet<string> | undefined;

  /** @param client one of its own: databases are chosen on it. @param now when a key counts as expired */
  constructor(
    private readonly client: Redis,
    private readonly existing: Existing,
    private readonly now: () => number,
  ) {
    this.#parts = new PartWriter(client, existing);
  }

  /** Whether it is a key (or the last part of one) whose time is over: such are not written. */
  isOver(item: MovedItem): boolean {
    const isKey = item.kind === 'value' || (item.kind === 'part' && item.last);
    return isKey && item.expireAt !== 0 && item.expireAt <= this.now();
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
      await this.#select(db);
      const pipeline = this.client.pipeline();
      for (const { key } of items) pipeline.exists(Buffer.from(key, 'latin1'));
      const replies = await allReplies(pipeline);
      for (const [i, { key }] of items.entries()) if (replies[i] === 1) list.add(namedKey(db, key));
    }
    for (const item of batch) {
      if (item.kind !== 'function') continue;
      const library = libraryName(item.source);
      if (!(await this.#libraryNames()).has(library)) continue;
      list.add({ library });
      libraries.add({ library });
    }
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
    }
    await this.#restore(values);
  }

  async #restore(values: readonly Value[]): Promise<void> {
    const living = values.filter((value) => !this.isOver(value));
    this.expired += values.length - living.length;
    const [first] = living;
    if (first === undefined) return;
    await this.#select(first.db);
    const pipeline = this.client.pipeline();
    for (const value of living) pipeline.call('RESTORE', ...this.#restoreArguments(value));
    const replies = await allReplies(pipeline);
    for (const [i, { db, key }] of living.entries()) {
      const reply = replies[i];
      if (!(reply instanceof Error)) this.written += 1;
      else this.#refused(db, key, reply);
    }
  }

  #restoreArguments({ key, expireAt, body, idle, frequency }: Value): (string | Buffer)[] {
    return [
      Buffer.from(key, 'latin1'),
      String(expireAt),
      payloadOfBody(asRedis7(body)),
      'ABSTTL',
      ...(this.existing === 'replace' ? ['REPLACE'] : []),
      ...(idle === undefined ? [] : ['IDLETIME', String(idle)]),
      ...(frequency === undefined ? [] : ['FREQ', String(frequency)]),
    ];
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
    const isThere = (await this.#libraryNames()).has(library);
    if (isThere && this.existing === 'skip') {
      this.kept.add({ library });
      return;
    }
    const replace = this.existing === 'replace' ? ['REPLACE'] : [];
    try {
      await this.client.call('FUNCTION', 'LOAD', ...replace, Buffer.from(source, 'latin1'));
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new RespiteError('IMPORT_REFUSED', {
        message: `The function library ${library} was refused: ${message}.`,
        cause,
      });
    }
    this.functions += 1;
  }

  async #select(db: number): Promise<void> {
    if (this.#db === db) return;
    try {
      await this.client.select(db);
    } catch (cause) {
      throw new RespiteError('IMPORT_REFUSED', {
        message: `There is no database ${String(db)} here: set redis.standalone.databases to ${String(db + 1)} or more.`,
        cause,
      });
    }
    this.#db = db;
  }

  async #databaseSizes(): Promise<ReadonlyMap<number, number>> {
    const info = await this.client.info('keyspace');
    return new Map([...info.matchAll(/^db(\d+):keys=(\d+)/gm)].map(([, db, keys]) => [Number(db), Number(keys)]));
  }

  async #libraryNames(): Promise<ReadonlySet<string>> {
    if (this.#libraries !== undefined) return this.#libraries;
    const list = await this.client.callBuffer('FUNCTION', ['LIST']);
    const names = Array.isArray(list)
      ? list.map((library: unknown) => (Array.isArray(library) ? bytesOf(library[1]).latin1Slice() : ''))
      : [];
    return (this.#libraries = new Set(names));
  }
}

/** What a library calls itself in its first line. */
function libraryName(source: string): string {
  return /^#![^\n]*\bname=([^\s]+)/.exec(source)?.[1] ?? '';
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
