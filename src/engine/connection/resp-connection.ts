// Imported, not the global: fake timers of a test must not hold up a connection.
import { setImmediate } from 'node:timers';
import type { Engine } from '../engine';
import { NoReply } from '../command/answers';
import { encodeInPieces, encodeReply, isLong } from '../protocol/encode-reply';
import { PushReply, type Reply } from '../protocol/reply';
import { ProtocolError, type Request, RequestParser } from '../protocol/request-parser';
import type { Session } from '../execution/session';
import type { ClientAddress, HeldArguments, SessionOutput } from '../session/output';
import { Excess } from './excess';
import { type Fate, fateOf } from './fate';
import { isHttp } from './is-http';
import { Outbox } from './outbox';
import { requestLimits } from './request-limits';
import type { Transport } from './transport';

/** Requests are answered in slices of this many, so that one client's long pipeline does not hold up the others. */
const REQUESTS_PER_TURN = 1000;

/** Replies are gathered up to so many bytes before they are written. */
const FLUSH_AT = 65_536;

/** Speaks RESP with one client: bytes in, commands run one after the other, bytes out. */
export class RespConnection implements SessionOutput {
  readonly session: Session;
  readonly #parser: RequestParser;
  readonly #outbox: Outbox;
  readonly #excess: Excess;
  #ended = false;
  #peerEnded = false;
  #scheduled = false;
  #processing = false;

  constructor(
    private readonly engine: Engine,
    address: ClientAddress,
    private readonly transport: Transport,
  ) {
    this.session = engine.connect(address, this);
    this.#outbox = new Outbox(engine.gate, transport, (relieved) => {
      this.#account();
      if (!relieved) return;
      transport.relieved?.();
      this.resume();
    });
    this.#parser = new RequestParser(requestLimits(engine, this.session));
    this.#excess = new Excess(engine, this, this.#parser);
    this.#account();
  }

  receive(chunk: Buffer): void {
    if (this.#ended) return;
    this.engine.counters.received(chunk.length);
    this.session.onInput?.();
    this.#parser.push(chunk);
    if (this.#mustHearOthers) this.resume();
    else this.#process();
    this.#excess.ofInput();
  }

  /** Whether requests wait until the system has told of all connections what it knows: a client that waits for a key may be gone already. */
  get #mustHearOthers(): boolean {
    return this.session.address.kind !== 'memory' && this.engine.blocking.blocked.size > 0;
  }

  /** The peer sends no more: what it sent before is answered, a command that waits is given up. As in Redis. */
  receiveEnd(): void {
    if (this.#ended) return;
    this.#peerEnded = true;
    this.#endAfterPeer();
  }

  send(reply: Reply): void {
    if (this.#ended || (this.session.replyMode === 'off' && !(reply instanceof PushReply))) return;
    const dropsLine = this.session.monitoring && !(reply instanceof PushReply);
    this.#writeReply(reply, dropsLine ? 'vanishes' : this.#fateOf(reply));
  }

  sendBytes(bytes: string): void {
    this.#write(bytes, 'leaves');
  }

  /**
   * Holds the reply of a command that was run elsewhere, while the gate is closed.
   * @param place what the gate's `place` was before the command ran
   */
  hold(reply: Reply, place: number): void {
    this.#outbox.writesAt(place, () => {
      this.#writeReply(reply, this.#fateOf(reply));
    });
  }

  /** The same, for who needs no bytes. @param leave told the text of the error that takes the reply's place, if one does */
  holdValue(reply: Reply, place: number, leave: (failure: string | undefined) => void): void {
    const fails = this.#fateOf(reply) === 'fails';
    const size = encodeReply(reply, this.session.resp).length;
    if (this.#ended || this.#excess.ofOutput(size, this.#processing)) return;
    this.#outbox.holdValue(size, place, (failure) => {
      leave(fails ? failure : undefined);
    });
    this.#account();
  }

  resume(): void {
    if (this.session.afterReply.length > 0) this.#writeAfterReply();
    this.session.onRoom?.();
    if (!this.#scheduled) this.#schedule();
  }

  close(): void {
    if (this.#ended) return;
    this.#end();
    this.#outbox.end();
  }

  /** The peer has gone: nothing can be sent any more. */
  abandon(): void {
    this.#outbox.forget();
    if (!this.#ended) this.#end();
  }

  /** What was sent and not run is given up: the socket holds on to all of this until the system has closed it. */
  #end(): void {
    this.#ended = true;
    this.#parser.forget();
    this.engine.disconnect(this.session);
    if (!this.#processing) this.session.forgetNames();
  }

  drop(): void {
    // What a client was closed with may still be on its way.
    if (this.#ended) return;
    this.#outbox.forget();
    if (this.transport.abort === undefined) this.close();
    else {
      this.abandon();
      this.transport.abort();
    }
  }

  dropOverrun(): void {
    this.#excess.dropOverrun();
  }

  /** Whether requests wait because the peer has not got so much. Where there is a limit it is closed instead, as in Redis. */
  get congested(): boolean {
    if (!this.#outbox.congested) return false;
    return !this.engine.clients.memory.limited && !this.#excess.isLimited;
  }

  unread(): number {
    return this.#outbox.unsent;
  }

  unreadOutside(): number {
    return this.transport.unsent?.() ?? 0;
  }

  held(): HeldArguments {
    return this.#parser.held;
  }

  unanswered(): number {
    return this.#parser.buffered + (this.#processing ? this.#parser.requestBytes : 0);
  }

  /** Only what is held can come to a bad end. */
  #fateOf(reply: Reply): Fate {
    return this.engine.gate.closed ? fateOf(reply, this.session) : 'leaves';
  }

  #writeReply(reply: Reply, fate: Fate): void {
    const { resp } = this.session;
    if (!isLong(reply)) {
      this.#write(encodeReply(reply, resp), fate);
      return;
    }
    let pieceFate = fate;
    for (const piece of encodeInPieces(reply, resp)) {
      if (this.#ended) return;
      this.#write(piece, pieceFate);
      if (fate === 'fails') pieceFate = 'vanishes'; // one error for all of them
    }
  }

  #write(bytes: string, fate: Fate): void {
    if (this.#ended || this.#excess.ofOutput(bytes.length, this.#processing)) return;
    this.engine.counters.sent(bytes.length, !this.#processing);
    // A string has a greatest length: large replies are not gathered.
    if (bytes.length >= FLUSH_AT) this.#flushEarly();
    this.#outbox.gather(bytes, fate);
    // Joined to what comes, a long string would be copied.
    if (this.#processing && bytes.length >= FLUSH_AT) this.#flushEarly();
    if (this.#processing) return;
    this.#outbox.flush();
    this.#account();
  }

  #writeAfterReply(): void {
    const { afterReply, closing } = this.session;
    for (const reply of afterReply.splice(0)) if (!closing) this.#writeReply(reply, 'vanishes');
  }

  #schedule(): void {
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#process();
    });
  }

  #process(): void {
    if (this.#processing || this.#scheduled || this.#ended) return;
    if (this.engine.effects.active)
      this.#outbox.runs(() => {
        this.#takeTurn();
      });
    else this.#takeTurn();
  }

  #takeTurn(): void {
    this.#processing = true;
    this.#excess.begin();
    this.transport.begin?.();
    try {
      this.#runRequests();
    } catch (failure) {
      // An error of ours costs this client its connection, nobody else anything.
      const isTheirs = failure instanceof ProtocolError;
      const error = isTheirs ? failure.reply : this.engine.internalError('connection', failure);
      this.#outbox.gather(encodeReply(error, this.session.resp), 'leaves');
      this.session.closing = true;
    } finally {
      this.#processing = false;
    }
    if (this.session.closing) this.close();
    else this.#flush();
    this.transport.done?.();
    if (this.#ended) this.session.forgetNames();
    if (this.#peerEnded) this.#endAfterPeer();
  }

  /** Hangs up on a peer that sends no more, unless requests of it wait for their turn or for it to read. */
  #endAfterPeer(): void {
    if (!this.#ended && !this.#scheduled && !this.congested) this.close();
  }

  /** Writes what there is before the turn is over; a client that may be dropped in this turn gets nothing of it. */
  #flushEarly(): void {
    if (!this.#excess.isLimited) this.#flush();
  }

  #flush(): void {
    if (this.#outbox.gathered !== '') {
      this.engine.counters.writes += 1;
      this.#outbox.flush();
    }
    this.#account();
  }

  #account(): void {
    if (!this.#ended) this.engine.clients.memory.lookAt(this.session);
  }

  /** Whether a request closes its client, because one argument, or all that clients take, is too much: it is not run then. */
  #takesTooMuch(request: Request): boolean {
    this.#excess.ofArguments(request);
    if (this.#excess.countsRequest) this.#account();
    return this.#ended;
  }

  #runRequests(): void {
    const { session } = this;
    const { gate } = this.engine;
    for (let turn = 0; session.blocked === undefined && !session.closing && !this.#ended; turn++) {
      if (turn === REQUESTS_PER_TURN) {
        this.#schedule();
        return;
      }
      if (this.congested) return;
      const request = this.#parser.next();
      if (request === undefined) return;
      if (this.#takesTooMuch(request)) return;
      if (isHttp(request.name)) {
        // A web page was made to talk to us: like Redis, we hang up without a word.
        this.#outbox.discard();
        this.close();
        return;
      }
      const reply = request.refused
        ? this.engine.executor.refuseUnread(session, request.name)
        : this.engine.execute(session, request.name, request.args);
      if (!(reply instanceof NoReply)) this.#writeReply(reply, gate.closed ? fateOf(reply, session) : 'leaves');
      if (session.afterReply.length > 0) this.#writeAfterReply();
      if (this.engine.tracking.clients > 0) this.engine.tracking.flush();
      if (this.#outbox.gathered.length >= FLUSH_AT) this.#flushEarly();
    }
  }
}
