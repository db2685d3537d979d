import type { Engine } from '../engine';
import type { Session } from './session';

/** `maxmemory-clients`: closes the clients of the listener that take most while all together take too much. */
export class ClientEviction {
  /** Clients closed since the statistics were reset. */
  evicted = 0;
  #limit = '0';
  /** What each client took when it was last looked at. */
  readonly #bytes = new Map<Session, number>();
  #total = 0;

  constructor(private readonly engine: Engine) {}

  /** Whether there is a limit: without one nobody is looked at. */
  get active(): boolean {
    return this.#limit !== '0';
  }

  /** As configured: bytes, or a percentage of `maxmemory`; 0 = no limit. */
  get limit(): string {
    return this.#limit;
  }

  setLimit(text: string): void {
    this.#limit = text;
    this.#bytes.clear();
    this.#total = 0;
    if (this.active) for (const session of [...this.engine.sessions.values()]) this.#count(session);
    this.#evict();
  }

  /** Something about a client has changed: it, or a larger one, may have to go. */
  lookAt(session: Session): void {
    this.#count(session);
    this.#evict();
  }

  forget(session: Session): void {
    this.#total -= this.#bytes.get(session) ?? 0;
    this.#bytes.delete(session);
  }

  /** Bytes; 0 = no limit. */
  get #limitBytes(): number {
    if (!this.#limit.endsWith('%')) return Number(this.#limit);
    return Math.floor((this.engine.memory.configured * Number.parseInt(this.#limit, 10)) / 100);
  }

  #count(session: Session): void {
    if (session.address.kind === 'memory') return;
    const { bytes } = session;
    this.#total += bytes - (this.#bytes.get(session) ?? 0);
    this.#bytes.set(session, bytes);
  }

  #evict(): void {
    const limit = this.#limitBytes;
    while (limit > 0 && this.#total >= limit) {
      let largest: Session | undefined;
      let most = -1;
      for (const [session, bytes] of this.#bytes) {
        if (session.noEvict || bytes <= most) continue;
        largest = session;
        most = bytes;
      }
      if (largest === undefined) return;
      this.evicted += 1;
      this.forget(largest);
      largest.output.drop?.();
    }
  }
}
