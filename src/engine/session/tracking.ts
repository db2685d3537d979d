// Imported, not the global: fake timers of a test must not hold up a message.
import { setImmediate } from 'node:timers';
import { findKeys } from '../command/key-positions';
import type { CommandRecord } from '../command/table';
import type { Keyspace } from '../keyspace/keyspace';
import type { Memory } from '../keyspace/memory';
import { PushReply } from '../protocol/reply';
import { textBytes } from '../values/text-bytes';
import type { Client, TrackingState } from './client';

/** The channel that carries invalidations to a RESP2 client. */
const INVALIDATION_CHANNEL = '__redis__:invalidate';

/** Estimated bytes of a tracked key, beside its name. */
const TRACKED_BYTES = 200;

/** What client side caching works with. */
export interface TrackingParts {
  readonly keyspace: Pick<Keyspace, 'onTouch' | 'onFlush'>;
  readonly memory: Pick<Memory, 'trackingBytes'>;
  readonly clients: { readonly byId: ReadonlyMap<number, Client> };
}

/** Client side caching: remembers who read which keys, and tells them when one changes. */
export class Tracking {
  /** Ids of the clients that read a key: of those that are gone nothing else stays. */
  readonly #readers = new Map<string, Set<number>>();
  readonly #clients = new Set<Client>();
  /** Changed keys that broadcast clients have not been told of, with who changed them. */
  readonly #changed = new Map<string, Client | undefined>();
  #outbox: (() => void)[] = [];
  #flushed = false;
  #sendPending = false;
  /** Who sent the current command: not told of its own changes (NOLOOP). */
  writer: Client | undefined;
  /** Whose command runs now: told of changes after its reply, all others at once. */
  executing: Client | undefined;
  #maxKeys = 1_000_000;

  constructor(private readonly parts: TrackingParts) {}

  get clients(): number {
    return this.#clients.size;
  }

  get trackedKeys(): number {
    return this.#readers.size;
  }

  /** Pairs of a key and a client that has it. */
  get trackedItems(): number {
    let items = 0;
    for (const readers of this.#readers.values()) items += readers.size;
    return items;
  }

  get trackedPrefixes(): number {
    return new Set([...this.#clients].flatMap(({ tracking }) => tracking?.prefixes ?? [])).size;
  }

  enable(client: Client, state: TrackingState): void {
    client.tracking = state;
    this.#clients.add(client);
    this.parts.keyspace.onTouch = (key, byClient) => {
      this.#invalidate(key, byClient);
    };
    this.parts.keyspace.onFlush = () => {
      this.#invalidateAll();
    };
  }

  disable(client: Client): void {
    client.tracking = undefined;
    if (!this.#clients.delete(client) || this.#clients.size > 0) return;
    this.#forgetAll();
    this.#changed.clear();
    this.parts.keyspace.onTouch = undefined;
    this.parts.keyspace.onFlush = undefined;
  }

  /** Remembers the keys a client has just read. */
  remember(client: Client, record: CommandRecord, args: readonly string[]): void {
    const state = client.tracking;
    if (state === undefined || state.broadcast) return;
    const { caching } = state;
    if (state.optIn ? !caching : state.optOut && caching) return;
    for (const { position } of findKeys(record.definition, args) ?? []) {
      const key = args[position - 1] ?? '';
      let readers = this.#readers.get(key);
      if (readers === undefined) {
        this.#readers.set(key, (readers = new Set()));
        this.parts.memory.trackingBytes += textBytes(key) + TRACKED_BYTES;
      }
      readers.add(client.id);
    }
    this.#forgetSurplus();
  }

  /** `tracking-table-max-keys`: how many keys are remembered; 0 = all. */
  get maxKeys(): number {
    return this.#maxKeys;
  }

  setMaxKeys(count: number): void {
    this.#maxKeys = count;
    this.#forgetSurplus();
  }

  /** Beyond the limit the oldest keys count as changed: nobody may rely on them any more. */
  #forgetSurplus(): void {
    if (this.#maxKeys === 0 || this.#readers.size <= this.#maxKeys) return;
    for (const key of this.#readers.keys()) {
      if (this.#readers.size <= this.#maxKeys) return;
      this.#invalidate(key, false);
    }
  }

  /** CLIENT CACHING counts for one command, or one transaction, after it; in between there may be more about clients. */
  consumeCaching(client: Client): void {
    if (
      client.tracking !== undefined &&
      client.transaction === undefined &&
      client.lastCommand?.startsWith('client|') !== true
    ) {
      client.tracking.caching = false;
    }
  }

  #invalidate(key: string, byClient: boolean): void {
    const writer = byClient ? this.writer : undefined;
    const readers = this.#readers.get(key);
    if (readers !== undefined) {
      this.#readers.delete(key);
      this.parts.memory.trackingBytes -= textBytes(key) + TRACKED_BYTES;
      for (const id of readers) {
        const reader = this.parts.clients.byId.get(id);
        const state = reader?.tracking;
        if (reader === undefined || state === undefined || state.broadcast || (state.noLoop && reader === writer))
          continue;
        this.#tell(reader, [key]);
      }
    }
    if ([...this.#clients].some(({ tracking }) => tracking?.broadcast === true)) {
      this.#changed.set(key, writer);
      this.#schedule();
    }
  }

  #forgetAll(): void {
    this.#readers.clear();
    this.parts.memory.trackingBytes = 0;
  }

  #invalidateAll(): void {
    this.#forgetAll();
    // FLUSHALL empties database after database, but is told once.
    if (this.#flushed) return;
    this.#flushed = true;
    this.#later(() => {
      this.#flushed = false;
    });
    for (const client of this.#clients) this.#tell(client, null);
  }

  #tell(client: Client, keys: readonly string[] | null): void {
    const { tracking: state } = client;
    if (state === undefined) return;
    const target = state.redirect === 0 ? client : this.parts.clients.byId.get(state.redirect);
    if (target === undefined) {
      state.broken = true;
      if (client.resp === 3) client.output.send(new PushReply(['tracking-redir-broken', state.redirect]));
      return;
    }
    if (target === this.executing)
      this.#later(() => {
        sendInvalidation(target, keys, state.redirect !== 0);
      });
    else sendInvalidation(target, keys, state.redirect !== 0);
  }

  #later(message: () => void): void {
    this.#outbox.push(message);
    this.#schedule();
  }

  /** Sends what was to follow the reply of the command that caused it. */
  flush(): void {
    const messages = this.#outbox;
    if (messages.length === 0) return;
    this.#outbox = [];
    for (const message of messages) message();
  }

  #schedule(): void {
    if (this.#sendPending) return;
    this.#sendPending = true;
    setImmediate(() => {
      this.#sendPending = false;
      this.flush();
      this.#broadcast();
    });
  }

  #broadcast(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    if (changed.length === 0) return;
    for (const client of this.#clients) {
      const state = client.tracking;
      if (state?.broadcast !== true) continue;
      for (const prefix of state.prefixes) {
        const keys = changed
          .filter(([key, writer]) => key.startsWith(prefix) && !(state.noLoop && writer === client))
          .map(([key]) => key);
        if (keys.length > 0) this.#tell(client, keys);
      }
    }
  }
}

/** RESP2 has no room for it but where a client was named that listens to channels, whichever they are. */
function sendInvalidation(target: Client, keys: readonly string[] | null, redirected: boolean): void {
  if (target.resp === 3) target.output.send(new PushReply(['invalidate', keys]));
  else if (redirected && target.subscriptions > 0)
    target.output.send(new PushReply(['message', INVALIDATION_CHANNEL, keys]));
}
