import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Clock, Logger } from '../../../container';
import { printCount, RespiteError } from '../../../errors';
import {
  checkDuration,
  checkInteger,
  foreignData,
  fromJson,
  invalid,
  perform,
  replies,
  Script,
  SharedSubscriber,
  unlessAborted,
} from '../support';
import type { CacheBackend } from '../../cache';
import { canonicalize } from './canonical-json';
import { LiveWatch, type TypeState } from './live-watch';
import { startOfDelete, startOfPut } from './resource-message';
import type {
  ResourceKey,
  ResourcePage,
  ResourceStore,
  ResourceWatch,
  StoredResource,
  WatchOptions,
} from './resource-store';
import { memberOf, ResourceType } from './resource-type';

const DEFAULT_BUFFER_SIZE = 1000;
const DEFAULT_RECONCILE_MS = 30_000;
const MIN_RECONCILE_MS = 1000;
/** How many resources are read per pipeline. */
const READ_BATCH = 200;

const putScript = new Script(__dirname, 'put');
const deleteScript = new Script(__dirname, 'delete');

/** What a resource store is made of. */
export interface ResourceStoreParts {
  readonly backend: CacheBackend;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Each resource is a hash of value and etag; a type has an index, its etags and a revision beside them. */
export class RedisResourceStore implements ResourceStore {
  readonly #parts: ResourceStoreParts;
  readonly #client: CacheBackend['client'];
  readonly #subscriber: SharedSubscriber;
  readonly #closing = new AbortController();

  constructor(parts: ResourceStoreParts) {
    this.#parts = parts;
    this.#client = parts.backend.client;
    this.#subscriber = new SharedSubscriber(parts.backend);
    setMaxListeners(0, this.#closing.signal);
  }

  async put(key: ResourceKey, value: unknown): Promise<string> {
    const { etag } = await this.#put('resources.put', key, value, undefined);
    return etag;
  }

  async putIfMatch(key: ResourceKey, value: unknown, expectedEtag: string): Promise<string> {
    if (typeof expectedEtag !== 'string') {
      throw invalid(
        'resources.putIfMatch: expectedEtag',
        `is ${typeof expectedEtag}`,
        'Pass an etag, or "" to create.',
      );
    }
    const { etag, found } = await this.#put('resources.putIfMatch', key, value, expectedEtag);
    if (found === undefined) return etag;
    throw found === '' ? notFound(key) : mismatch(key, expectedEtag);
  }

  async get(key: ResourceKey): Promise<StoredResource> {
    const type = typeOf('resources.get', key);
    const member = memberOf('resources.get', key);
    return perform('resources.get', nameOf(key), async () => {
      const found = await this.#client.hmget(type.item(member), 'value', 'etag');
      const resource = readItem(type.keyOf(member), found);
      if (resource === undefined) throw notFound(key);
      return resource;
    });
  }

  async delete(key: ResourceKey): Promise<boolean> {
    const type = typeOf('resources.delete', key);
    const member = memberOf('resources.delete', key);
    const event = startOfDelete(member, this.#parts.clock.now());
    return perform('resources.delete', nameOf(key), async () => {
      return (await deleteScript.run(this.#client, keysOf(type, member), [member, type.channel, event])) === 1;
    });
  }

  async list(project: string, type: string): Promise<ResourceKey[]> {
    const resources = new ResourceType('resources.list', project, type);
    return perform('resources.list', resources.name, async () => {
      return (await this.#client.zrange(resources.index, 0, -1)).map((member) => resources.keyOf(member));
    });
  }

  async listWithValues(project: string, type: string): Promise<StoredResource[]> {
    const resources = new ResourceType('resources.listWithValues', project, type);
    return perform('resources.listWithValues', resources.name, async () => {
      return this.#read(resources, await this.#client.zrange(resources.index, 0, -1));
    });
  }

  async listPage(project: string, type: string, offset: number, limit: number): Promise<ResourcePage> {
    const resources = new ResourceType('resources.listPage', project, type);
    checkInteger('resources.listPage: offset', offset);
    checkInteger('resources.listPage: limit', limit, { min: 1 });
    return perform('resources.listPage', resources.name, async () => {
      const { index } = resources;
      const transaction = this.#client
        .multi()
        .zrange(index, offset, offset + limit - 1)
        .zcard(index);
      const [members, total] = await replies(transaction.exec());
      return { items: await this.#read(resources, members as string[]), total: Number(total) }; // ZRANGE's reply
    });
  }

  async watch(project: string, type: string, options: WatchOptions = {}): Promise<ResourceWatch> {
    const { bufferSize = DEFAULT_BUFFER_SIZE, reconcileInterval = DEFAULT_RECONCILE_MS, signal } = options;
    const resources = new ResourceType('resources.watch', project, type);
    checkInteger('resources.watch: bufferSize', bufferSize, { min: 1 });
    checkDuration('resources.watch: reconcileInterval', reconcileInterval, { min: MIN_RECONCILE_MS });
    const until = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    until.throwIfAborted();
    const { clock, logger } = this.#parts;
    const watch = new LiveWatch({
      type: resources,
      bufferSize,
      reconcileInterval,
      signal: until,
      clock,
      logger,
      readState: () => perform('resources.watch', resources.name, () => this.#readState(resources)),
      onEnd: () => {
        listening.then(
          (stop) => stop(),
          () => undefined, // whoever asked for the watch was told
        );
      },
    });
    const topic = { kind: 'channel', name: resources.channel } as const;
    const listening = perform('resources.watch', resources.name, () =>
      this.#subscriber.listen([topic], (message) => watch.receive(message)),
    );
    try {
      // First listen, then look: what changes in between is seen twice rather than never.
      await unlessAborted(listening, until);
      await unlessAborted(watch.prime(), until);
    } catch (failure) {
      watch.close();
      throw failure;
    }
    return watch;
  }

  /** Ends every watch. */
  close(): void {
    this.#closing.abort(
      new RespiteError('STORE_CLOSED', { message: 'Resources cannot be watched any more: the application stops.' }),
    );
    this.#subscriber.close();
  }

  async #put(operation: string, key: ResourceKey, value: unknown, expected: string | undefined) {
    const type = typeOf(operation, key);
    const member = memberOf(operation, key);
    const { json, etag } = canonicalize(`${operation}: the value of ${nameOf(key)}`, value);
    const condition = expected === undefined ? ['any', ''] : ['match', expected];
    const event = startOfPut(member, this.#parts.clock.now(), etag);
    const args = [member, json, etag, randomUUID(), ...condition, type.channel, event];
    return perform(operation, nameOf(key), async () => {
      const reply = await putScript.run(this.#client, keysOf(type, member), args);
      return { etag, found: typeof reply === 'string' ? reply : undefined };
    });
  }

  /** What there is of `members`, in their order. */
  async #read(type: ResourceType, members: readonly string[]): Promise<StoredResource[]> {
    const resources: StoredResource[] = [];
    const damaged: unknown[] = [];
    for (let from = 0; from < members.length; from += READ_BATCH) {
      const batch = members.slice(from, from + READ_BATCH);
      const pipeline = this.#client.pipeline();
      for (const member of batch) pipeline.hmget(type.item(member), 'value', 'etag');
      const results = (await pipeline.exec()) ?? [];
      for (const [i, member] of batch.entries()) {
        const [failure, found] = results[i] ?? [null, []];
        try {
          if (failure !== null) throw failure;
          const resource = readItem(type.keyOf(member), found as (string | null)[]); // HMGET's reply
          if (resource !== undefined) resources.push(resource);
        } catch (error) {
          if (!isDamage(error)) throw error;
          damaged.push(error);
        }
      }
    }
    if (damaged.length > 0) {
      const fields = { event: 'resources_damaged', resources: type.name, count: damaged.length, err: damaged[0] };
      this.#parts.logger.warn(
        fields,
        `left out, because another program wrote at their keys: ${printCount(damaged.length, 'resource')}`,
      );
    }
    return resources;
  }

  async #readState(type: ResourceType): Promise<TypeState> {
    const [revision, etags] = await replies(this.#client.multi().get(type.revision).hgetall(type.etags).exec());
    if (!Number.isSafeInteger(Number(revision))) throw foreignData(`The revision of ${type.name}`, 'is not a number');
    return { revision: Number(revision), etags: etags as Record<string, string> }; // HGETALL's reply
  }
}

const typeOf = (operation: string, { project, type }: ResourceKey): ResourceType =>
  new ResourceType(operation, project, type);

const keysOf = (type: ResourceType, member: string): string[] => [
  type.item(member),
  type.index,
  type.etags,
  type.revision,
];

function nameOf({ project, type, id, version }: ResourceKey): string {
  return `${project}/${type}/${id}${version === undefined ? '' : `@${version}`}`;
}

/** `undefined` when there is none. */
function readItem(key: ResourceKey, [value, etag]: readonly (string | null | undefined)[]): StoredResource | undefined {
  if (typeof value !== 'string' && typeof etag !== 'string') return undefined;
  const where = `The resource ${nameOf(key)}`;
  if (typeof value !== 'string' || typeof etag !== 'string') throw foreignData(where, 'lacks its value or its etag');
  return { key, value: fromJson(where, value), etag };
}

function isDamage(error: unknown): boolean {
  if (RespiteError.is(error)) return error.code === 'STORED_DATA_INVALID';
  return error instanceof Error && error.message.startsWith('WRONGTYPE');
}

function notFound(key: ResourceKey): RespiteError {
  return new RespiteError('RESOURCE_NOT_FOUND', {
    message: `There is no resource ${nameOf(key)}. Create it with put(), or with putIfMatch() and an empty etag.`,
  });
}

function mismatch(key: ResourceKey, expected: string): RespiteError {
  const problem = expected === '' ? 'exists already' : 'was changed since it was read';
  return new RespiteError('ETAG_MISMATCH', {
    message: `${nameOf(key)} ${problem}. Read it again, apply the change to what it is now, and try with its etag.`,
  });
}
