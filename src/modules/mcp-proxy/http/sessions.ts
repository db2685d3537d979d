import { randomUUID } from 'node:crypto';
import type { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { type Clock, every } from '../../../container';
import type { ListName } from '../servers/connection';
import type { ProtocolServer, Sdk } from '../sdk';
import { tellListChanged } from './facades';

/** So many sessions are kept; of more, the one that was not used for longest ends. */
export const MAX_SESSIONS = 256;
/** A session that was not used for so long ends, in milliseconds. */
const IDLE_MS = 30 * 60_000;
const LOOK_EVERY_MS = 60_000;

/** One client's session, as protocol versions before 2026-07-28 have them. */
export interface Session {
  readonly id: string;
  /** Which server it is for; `undefined`: all. */
  readonly name: string | undefined;
  readonly transport: NodeStreamableHTTPServerTransport;
  readonly server: ProtocolServer;
  lastUsed: number;
  /** Requests under way, streams that only listen not counted. */
  busy: number;
}

/** The sessions of the proxy, at most `MAX_SESSIONS`. */
export class Sessions {
  readonly #sdk: Sdk;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();
  readonly #stopLooking: () => void;
  /** How many were ended to make room. */
  evicted = 0;

  constructor(sdk: Sdk, clock: Clock) {
    this.#sdk = sdk;
    this.#clock = clock;
    this.#stopLooking = every(clock, LOOK_EVERY_MS, () => this.#endIdle());
  }

  get size(): number {
    return this.#sessions.size;
  }

  find(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** A new session; its client learns its id from the answer to `initialize`. `undefined` when all there are are busy. */
  async begin(name: string | undefined, server: ProtocolServer): Promise<Session | undefined> {
    if (this.#sessions.size >= MAX_SESSIONS && !this.#makeRoom()) return undefined;
    const id = randomUUID();
    const transport = new this.#sdk.node.NodeStreamableHTTPServerTransport({ sessionIdGenerator: () => id });
    const session: Session = { id, name, transport, server, lastUsed: this.#clock.now(), busy: 0 };
    this.#sessions.set(id, session);
    transport.onclose = () => void this.#sessions.delete(id);
    await server.connect(transport);
    return session;
  }

  /** Has a session answer a request. */
  async use(session: Session, work: () => Promise<void>, counts: boolean): Promise<void> {
    session.lastUsed = this.#clock.now();
    if (counts) session.busy += 1;
    try {
      await work();
    } finally {
      if (counts) session.busy -= 1;
      session.lastUsed = this.#clock.now();
    }
  }

  /** Tells those it concerns that a list has changed. */
  listChanged(name: string, list: ListName): void {
    for (const session of this.#sessions.values()) {
      const concerned = session.name === name || (session.name === undefined && list === 'tools');
      if (concerned) tellListChanged(session.server, list);
    }
  }

  /** Ends one; its client is told so by 404, and begins another. */
  end(session: Session): void {
    this.#sessions.delete(session.id);
    void session.server.close().catch(() => undefined);
  }

  close(): void {
    this.#stopLooking();
    for (const session of this.#sessions.values()) this.end(session);
  }

  #makeRoom(): boolean {
    let oldest: Session | undefined;
    for (const session of this.#sessions.values()) {
      if (session.busy === 0 && (oldest === undefined || session.lastUsed < oldest.lastUsed)) oldest = session;
    }
    if (oldest === undefined) return false;
    this.end(oldest);
    this.evicted += 1;
    return true;
  }

  #endIdle(): void {
    const now = this.#clock.now();
    for (const session of this.#sessions.values()) {
      if (session.busy === 0 && now - session.lastUsed >= IDLE_MS) this.end(session);
    }
  }
}
