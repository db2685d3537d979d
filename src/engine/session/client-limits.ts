import type { Clock } from '../clock';
import type { Client } from './client';

/** How much a client may leave unread. */
interface OutputLimit {
  /** Bytes; 0 = none. */
  readonly hard: number;
  /** Bytes that may not be exceeded for `softMs` milliseconds; 0 = none. */
  readonly soft: number;
  readonly softMs: number;
}

const UNLIMITED: OutputLimit = { hard: 0, soft: 0, softMs: 0 };
/** Of clients that have to authenticate first, whatever is configured: nobody unknown may make us keep replies. As in Redis. */
const STRANGER: OutputLimit = { hard: 1024, soft: 0, softMs: 0 };
const DEFAULT_OUTPUT_LIMITS = 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60';
const SWEEP_MS = 1000;
/** Redis has a buffer of so many bytes for each client, and counts only what does not fit into it. */
const UNCOUNTED_BYTES = 16_384;

/** What the limits work with. */
export interface ClientLimitParts {
  readonly clock: Clock;
  readonly clients: { readonly byId: ReadonlyMap<number, Client> };
}

/** Which clients of the listener have to go: those that do not read, and those that do nothing. */
export class ClientLimits {
  /** `timeout`: milliseconds a client may do nothing; 0 = for ever. */
  #idleMs = 0;
  #outputLimits = '';
  #normal = UNLIMITED;
  #pubsub = UNLIMITED;
  #replica = UNLIMITED;
  #sweeper: unknown;
  /** Since when clients exceed their soft limit. */
  readonly #overSoft = new Map<Client, number>();

  constructor(private readonly parts: ClientLimitParts) {
    this.setOutputLimits(DEFAULT_OUTPUT_LIMITS);
  }

  /** `client-output-buffer-limit`, as it was set. */
  get outputLimits(): string {
    return this.#outputLimits;
  }

  /** Takes `client-output-buffer-limit`: class, hard limit, soft limit and soft seconds, four words each. */
  setOutputLimits(text: string): void {
    this.#outputLimits = text;
    const words = text.split(' ');
    for (let i = 0; i + 3 < words.length; i += 4) {
      const [hard = 0, soft = 0, seconds = 0] = words.slice(i + 1, i + 4).map(Number);
      const limit = { hard, soft, softMs: seconds * 1000 };
      if (words[i] === 'normal') this.#normal = limit;
      if (words[i] === 'pubsub') this.#pubsub = limit;
      if (words[i] === 'slave') this.#replica = limit;
    }
  }

  /** Bytes of changes that may wait for a replica; 0 = any number. */
  get replicaBytes(): number {
    return this.#replica.hard;
  }

  setIdleTimeout(seconds: number): void {
    this.#idleMs = seconds * 1000;
    this.#armSweeper();
  }

  /**
   * Whether a client leaves too much unread.
   * @param unread bytes, those about to be written included
   */
  isOverrun(client: Client, unread: number): boolean {
    const limit = this.#limitOf(client);
    const counted = unread < UNCOUNTED_BYTES ? 0 : unread;
    if (limit.hard > 0 && counted > limit.hard) return true;
    if (limit.soft === 0 || counted <= limit.soft) {
      this.#overSoft.delete(client);
      return false;
    }
    const now = this.parts.clock.now();
    const since = this.#overSoft.get(client) ?? now;
    this.#overSoft.set(client, since);
    this.#armSweeper();
    return now - since > limit.softMs;
  }

  isLimited(client: Client): boolean {
    const { hard, soft } = this.#limitOf(client);
    return hard > 0 || soft > 0;
  }

  forget(client: Client): void {
    this.#overSoft.delete(client);
  }

  #limitOf(client: Client): OutputLimit {
    if (!client.authenticated) return STRANGER;
    // All of the data is no excess.
    if (client.replication === 'loading') return UNLIMITED;
    if (client.replication === 'online') return this.#replica;
    return client.subscriptions > 0 ? this.#pubsub : this.#normal;
  }

  #armSweeper(): void {
    if (this.#sweeper !== undefined || (this.#idleMs === 0 && this.#overSoft.size === 0)) return;
    this.#sweeper = this.parts.clock.setTimer(() => {
      this.#sweeper = undefined;
      this.#sweep();
      this.#armSweeper();
    }, SWEEP_MS);
  }

  #sweep(): void {
    for (const client of [...this.#overSoft.keys()])
      if (this.isOverrun(client, client.output.unread?.() ?? 0)) client.output.dropOverrun?.();
    if (this.#idleMs === 0) return;
    const now = performance.now();
    for (const client of [...this.parts.clients.byId.values()])
      if (now - client.lastInteraction > this.#idleMs && mayIdleOut(client)) client.output.close();
  }
}

function mayIdleOut({ address, blocked, subscriptions, monitoring, replication }: Client): boolean {
  if (address.kind === 'memory' || replication !== undefined) return false;
  return blocked === undefined && subscriptions === 0 && !monitoring;
}
