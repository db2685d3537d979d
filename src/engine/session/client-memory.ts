// Imported, not the global: fake timers of a test must not hold it up.
import { setImmediate } from 'node:timers';
import type { Memory } from '../keyspace/memory';
import type { Client } from './client';

/** A client of fewer bytes is never why the heap is full. */
const LEAST_GUARDED_BYTES = 262_144;

/** What the account of clients works with. */
export interface ClientMemoryParts {
  readonly memory: Pick<Memory, 'clientBytes' | 'configured' | 'guardedBytes' | 'used'>;
  readonly clients: { readonly byId: ReadonlyMap<number, Client> };
}

/**
 * What clients take: what they sent and was not run yet, what they did not read, and what they made us remember. It is part
 * of the used memory, and `maxmemory-clients` closes the clients of the listener that take most.
 */
export class ClientMemory {
  /** Clients closed since the statistics were reset. */
  evicted = 0;
  #limit = '0';
  /** Bytes of the clients that may be closed. */
  #evictable = 0;
  /** Bytes as they came from the network: they are not in V8's heap. */
  #received = 0;
  /** Bytes that wait for clients to read them, not in V8's heap either. */
  #unread = 0;

  constructor(private readonly parts: ClientMemoryParts) {}

  /** Whether there is a limit. */
  get limited(): boolean {
    return this.#limit !== '0';
  }

  /** As configured: bytes, or a percentage of `maxmemory`; 0 = no limit. */
  get limit(): string {
    return this.#limit;
  }

  setLimit(text: string): void {
    this.#limit = text;
    for (const client of [...this.parts.clients.byId.values()]) this.update(client);
    // Once the command that sets it is over: while it runs, its own bytes count.
    setImmediate(() => {
      this.#evict();
    });
  }

  /** Bytes that may still be read from clients: beyond them a command is refused before it is there as a whole. */
  get room(): number {
    const { memory } = this.parts;
    return memory.guardedBytes - (memory.used - this.#received - this.#unread);
  }

  /** Whether somebody has to go: the heap is full, or as much waits outside of it to be read. */
  get #overfull(): boolean {
    return this.room < 0 || this.#unread > this.parts.memory.guardedBytes;
  }

  /** Something about a client has changed: it, or a larger one, may have to go. */
  lookAt(client: Client): void {
    this.update(client);
    this.#evict();
  }

  /** Brings the account up to date with what a client takes. */
  update(client: Client): void {
    if (!client.closed) this.#count(client, client.bytes, client.receivedBytes, client.unreadOutside);
  }

  forget(client: Client): void {
    this.#count(client, 0, 0, 0);
  }

  /** Bytes; 0 = no limit. */
  get #limitBytes(): number {
    if (!this.#limit.endsWith('%')) return Number(this.#limit);
    return Math.floor((this.parts.memory.configured * Number.parseInt(this.#limit, 10)) / 100);
  }

  #count(client: Client, bytes: number, received: number, unread: number): void {
    const change = bytes - client.countedBytes;
    client.countedBytes = bytes;
    this.#received += received - client.countedReceived;
    client.countedReceived = received;
    this.#unread += unread - client.countedUnread;
    client.countedUnread = unread;
    this.parts.memory.clientBytes += change;
    if (mayBeClosed(client)) this.#evictable += change;
  }

  #evict(): void {
    const limit = this.limited ? this.#limitBytes : 0;
    while (limit > 0 && this.#evictable >= limit) if (!this.#close(this.#largest((client) => !client.noEvict))) break;
    while (this.#overfull && this.#evictable > 0)
      if (!this.#close(this.#largest(this.room < 0 ? fillsHeap : readsLate))) break;
  }

  #largest(mayGo: (client: Client) => boolean): Client | undefined {
    let largest: Client | undefined;
    for (const client of this.parts.clients.byId.values()) {
      if (!mayBeClosed(client) || !mayGo(client)) continue;
      if (largest === undefined || client.countedBytes > largest.countedBytes) largest = client;
    }
    return largest;
  }

  /** @returns whether there was one */
  #close(client: Client | undefined): boolean {
    if (client === undefined) return false;
    this.evicted += 1;
    this.forget(client);
    client.output.drop?.();
    return true;
  }
}

function fillsHeap({ countedBytes, countedReceived, countedUnread }: Client): boolean {
  return countedBytes - countedReceived - countedUnread >= LEAST_GUARDED_BYTES;
}

function readsLate({ countedUnread }: Client): boolean {
  return countedUnread >= LEAST_GUARDED_BYTES;
}

/** Clients in this process are never closed, nor are replicas. */
function mayBeClosed({ address, replication }: Client): boolean {
  return address.kind !== 'memory' && replication === undefined;
}
