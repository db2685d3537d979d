import type { Engine } from '../engine';
import type { Session } from '../execution/session';
import type { Request, RequestParser } from '../protocol/request-parser';

/** Bytes that end an argument, which Redis has in its query buffer as well. */
const LINE_END = 2;

/** For an argument from this length on, Redis has a buffer of its whole length from its beginning. */
const LONG_REQUEST = 32_768;

/** What is known of a connection, and done with it. */
interface Peer {
  readonly session: Session;
  unread(): number;
  drop(): void;
}

/** Drops a client that sends, or leaves unread, more than one client may, and counts it. */
export class Excess {
  /** Bytes answered in this turn, while the client has a limit. */
  #produced = 0;

  constructor(
    private readonly engine: Engine,
    private readonly peer: Peer,
    private readonly parser: RequestParser,
  ) {}

  /** Whether the client may be dropped for what it leaves unread. */
  get isLimited(): boolean {
    return this.engine.clients.limits.isLimited(this.peer.session);
  }

  /** A turn begins, in which nothing counts as read, as in Redis. */
  begin(): void {
    this.#produced = 0;
  }

  /** So many bytes are about to be written. @param inTurn whether they belong to a turn @returns whether that was too much */
  ofOutput(bytes: number, inTurn: boolean): boolean {
    if (!this.isLimited) return false;
    if (inTurn) this.#produced += bytes;
    const unread = Math.max(this.peer.unread() + bytes, inTurn ? this.#produced : 0);
    if (!this.engine.clients.limits.isOverrun(this.peer.session, unread)) return false;
    this.dropOverrun();
    return true;
  }

  dropOverrun(): void {
    this.engine.counters.outputBufferDisconnections += 1;
    this.peer.drop();
  }

  /** More was received; what could be run of it has been. */
  ofInput(): void {
    if (this.parser.buffered > this.engine.parameters.queryBufferLimit) this.#dropFlooding();
  }

  /** A request has come as a whole. */
  ofArguments({ args }: Request): void {
    const limit = this.engine.parameters.queryBufferLimit;
    if (this.parser.requestBytes > limit && args.some(({ length }) => length + LINE_END > limit)) this.#dropFlooding();
  }

  /** Whether what a request takes has to be counted before it runs: it is large, and there is a limit for all clients. */
  get countsRequest(): boolean {
    return this.engine.clients.memory.limited && this.parser.requestBytes >= LONG_REQUEST;
  }

  #dropFlooding(): void {
    this.engine.counters.queryBufferDisconnections += 1;
    this.peer.drop();
  }
}
