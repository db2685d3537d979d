import type { Engine } from '../engine';
import type { Session } from './client';

/**
 * The share of V8's heap that keys and clients together may fill. Beyond it the largest client is closed: V8 would end the
 * process, and with it everybody's.
 */
const GUARDED_SHARE = 0.75;
/** A client of fewer bytes is never why the heap is full. */
const LEAST_GUARDED_BYTES = 262_144;

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
  #outside = 0;

  constructor(private readonly engine: Engine) {}

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
    for (const session of [...this.engine.sessions.values()]) this.update(session);
    this.#evict();
  }

  /** Bytes that may still be read from clients: beyond them a command is refused before it is there as a whole. */
  get room(): number {
    const { memory } = this.engine;
    return memory.heapLimit * GUARDED_SHARE - (memory.used - this.#outside);
  }

  /** Something about a client has changed: it, or a larger one, may have to go. */
  lookAt(session: Session): void {
    this.update(session);
    this.#evict();
  }

  /** Brings the account up to date with what a client takes. */
  update(session: Session): void {
    if (!session.closed) this.#count(session, session.bytes, session.receivedBytes);
  }

  forget(session: Session): void {
    this.#count(session, 0, 0);
  }

  /** Bytes; 0 = no limit. */
  get #limitBytes(): number {
    if (!this.#limit.endsWith('%')) return Number(this.#limit);
    return Math.floor((this.engine.memory.configured * Number.parseInt(this.#limit, 10)) / 100);
  }

  #count(session: Session, bytes: number, received: number): void {
    const change = bytes - session.countedBytes;
    session.countedBytes = bytes;
    this.#outside += received - session.countedReceived;
    session.countedReceived = received;
    this.engine.memory.clientBytes += change;
    if (mayBeClosed(session)) this.#evictable += change;
  }

  #evict(): void {
    const limit = this.limited ? this.#limitBytes : 0;
    while (limit > 0 && this.#evictable >= limit) if (!this.#close(this.#largest((client) => !client.noEvict))) break;
    while (this.room < 0 && this.#evictable > 0) if (!this.#close(this.#largest(fillsHeap))) break;
  }

  #largest(mayGo: (session: Session) => boolean): Session | undefined {
    let largest: Session | undefined;
    for (const session of this.engine.sessions.values()) {
      if (!mayBeClosed(session) || !mayGo(session)) continue;
      if (largest === undefined || session.countedBytes > largest.countedBytes) largest = session;
    }
    return largest;
  }

  /** @returns whether there was one */
  #close(session: Session | undefined): boolean {
    if (session === undefined) return false;
    this.evicted += 1;
    this.forget(session);
    session.output.drop?.();
    return true;
  }
}

function fillsHeap({ countedBytes, countedReceived }: Session): boolean {
  return countedBytes - countedReceived >= LEAST_GUARDED_BYTES;
}

/** Clients in this process are never closed. */
function mayBeClosed({ address }: Session): boolean {
  return address.kind !== 'memory';
}
