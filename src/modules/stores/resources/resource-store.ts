import { createToken } from '../../../container';

/** What a resource is called: `version` tells resources of one id apart, such as `draft` and `2`. */
export interface ResourceKey {
  readonly project: string;
  readonly type: string;
  readonly id: string;
  readonly version?: string;
}

/** A resource as of one moment. */
export interface StoredResource {
  readonly key: ResourceKey;
  /** Any value that can be written as JSON. */
  readonly value: unknown;
  /** SHA-256, in hex, of the value as canonical JSON (RFC 8785): equal values have equal etags, whoever wrote them. */
  readonly etag: string;
}

/** Some resources of a type and how many there are in all. */
export interface ResourcePage {
  readonly items: readonly StoredResource[];
  readonly total: number;
}

/** What happened to a resource. */
export interface ResourceEvent {
  readonly type: 'put' | 'delete';
  readonly key: ResourceKey;
  /** What it is now; of what was deleted, the last that is known. */
  readonly etag: string;
  /** When it was written, or found to be so, in milliseconds since the epoch. */
  readonly at: number;
}

/** Settings of `watch`. */
export interface WatchOptions {
  /** Ends the watch and its iteration. */
  readonly signal?: AbortSignal;
  /** How many events wait for a slow consumer; default 1000. */
  readonly bufferSize?: number;
  /** Milliseconds between two looks at what there is, in case an event was lost; at least 1000, default 30,000. */
  readonly reconcileInterval?: number;
}

/** Events as they come. `break`, the signal or `close` end it. */
export interface ResourceWatch extends AsyncIterableIterator<ResourceEvent>, AsyncDisposable {
  close(): void;
  [Symbol.asyncIterator](): this;
}

/**
 * Resources of projects: named values that are changed by many, each change on top of what its writer has seen.
 *
 * Every method throws `INPUT_INVALID` for arguments it cannot use, `STORED_DATA_INVALID` where another program wrote
 * something else, and `STORE_FAILED` when Redis refuses or cannot be reached.
 *
 * As a value, `ResourceStore` is the token: `app.get(ResourceStore)`, with `createApp({ modules: [resourcesModule] })`.
 */
export interface ResourceStore {
  /**
   * Writes a resource, whatever it was before, and answers its etag.
   * @throws RespiteError `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`
   */
  put(key: ResourceKey, value: unknown): Promise<string>;
  /**
   * Writes a resource if its etag is the expected one, and answers the new one. An empty `expectedEtag` creates it.
   * @throws RespiteError `ETAG_MISMATCH`, `RESOURCE_NOT_FOUND`, `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`
   */
  putIfMatch(key: ResourceKey, value: unknown, expectedEtag: string): Promise<string>;
  /** @throws RespiteError `RESOURCE_NOT_FOUND` */
  get(key: ResourceKey): Promise<StoredResource>;
  /** Removes a resource; false when there was none. */
  delete(key: ResourceKey): Promise<boolean>;
  /** The keys of all resources of a type, in the order of their ids. */
  list(project: string, type: string): Promise<ResourceKey[]>;
  /** All resources of a type. What another program damaged is left out, and logged with a count. */
  listWithValues(project: string, type: string): Promise<StoredResource[]>;
  /** At most `limit` resources of a type from the one at `offset` on. What is damaged is left out, as above. */
  listPage(project: string, type: string, offset: number, limit: number): Promise<ResourcePage>;
  /**
   * Follows a type: first a `put` for everything there is, then every change. A consumer that is too slow for every
   * change gets, once it has caught up, the last state of each resource.
   * @throws RespiteError `STORE_CLOSED`
   */
  watch(project: string, type: string, options?: WatchOptions): Promise<ResourceWatch>;
}

export const ResourceStore = createToken<ResourceStore>('ResourceStore');
