import { MAX_TIMER_MS } from '../clock';
import type { Engine } from '../engine';
import { ErrorReply, type Reply } from '../protocol/reply';
import type { QueuedCommand, Session } from './client';
import { type Block, NoReply, waitForCause } from '../command/answers';
import { filterReply } from './reply-mode';

/** Clients that wait for keys: first come, first served, per key. */
export class Blocking {
  /** Sessions that wait, in the order they began to. */
  readonly blocked = new Set<Session>();
  #serving = false;
  /** How many of them wait for a key's end as well. */
  #noticingRemoval = 0;

  constructor(private readonly engine: Engine) {}

  /** Lets a session wait. */
  block(session: Session, command: QueuedCommand, block: Block): void {
    const database = session.context.db;
    let argumentBytes = 0;
    for (const arg of command.args) argumentBytes += arg.length;
    session.blocked = { ...command, argumentBytes, block, database, since: performance.now(), timer: undefined };
    this.blocked.add(session);
    if (block.noticesRemoval) this.#noticingRemoval += 1;
    if (block.timeoutMs > 0) this.#armTimeout(session, this.engine.clock.now() + block.timeoutMs);
    for (const key of block.keys) {
      let waiters = database.waiters.get(key);
      if (waiters === undefined) database.waiters.set(key, (waiters = new Set()));
      waiters.add(session);
    }
  }

  /**
   * What a command answers that waits for work outside the engine: the outcome becomes its reply, unless the client has
   * gone meanwhile.
   * @param name the command, for the report of an internal error
   */
  waitFor(session: Session, name: string, work: Promise<Reply>): Block {
    const block = waitForCause();
    const answer = (reply: Reply): void => {
      if (session.blocked?.block === block) this.unblock(session, reply);
    };
    work.then(answer, (failure: unknown) => {
      answer(this.engine.internalError(name, failure));
    });
    return block;
  }

  /** Ends a wait with a reply: time over, CLIENT UNBLOCK, or served. */
  unblock(session: Session, reply: Reply): void {
    const { blocked } = session;
    if (blocked !== undefined) {
      this.engine.executor.measureWait(session, blocked);
      if (reply instanceof ErrorReply) {
        blocked.record.stats.failed += 1;
        this.engine.countError(reply);
      }
    }
    this.forget(session);
    const answer = filterReply(session, reply);
    if (!(answer instanceof NoReply)) session.output.send(answer);
    session.output.resume();
  }

  /** Ends a wait without a reply: the client is gone. */
  forget(session: Session): void {
    const { blocked } = session;
    if (blocked === undefined) return;
    session.blocked = undefined;
    this.blocked.delete(session);
    if (blocked.block.noticesRemoval) this.#noticingRemoval -= 1;
    if (blocked.timer !== undefined) this.engine.clock.clearTimer(blocked.timer);
    for (const key of blocked.block.keys) {
      const waiters = blocked.database.waiters.get(key);
      if (waiters?.delete(session) === true && waiters.size === 0) blocked.database.waiters.delete(key);
    }
  }

  /** Serves whoever waits for a key that the last command made ready; what that changes is served in turn. */
  serveReady(): void {
    const { ready } = this.engine.keyspace;
    if (ready.size === 0 || this.#serving) return;
    this.#serving = true;
    try {
      for (const [id, { database, key }] of ready) {
        ready.delete(id);
        // Insertion order is arrival order; whoever is served leaves the set, nobody can enter it meanwhile.
        for (const waiter of database.waiters.get(key) ?? []) {
          const exists = database.dataset.keys.has(key);
          // Thousands may wait for one key: those behind the one served are only looked at if someone can care.
          if (!exists && this.#noticingRemoval === 0) break;
          const session = this.engine.sessions.get(waiter.id);
          if (session !== undefined && (exists || session.blocked?.block.noticesRemoval === true))
            this.#serve(session, key);
        }
      }
    } finally {
      this.#serving = false;
    }
  }

  #serve(session: Session, key: string): void {
    const { blocked, context } = session;
    if (blocked === undefined) return;
    const { tracking } = this.engine;
    context.resetClock();
    const { executing } = tracking;
    tracking.executing = session;
    let reply: Reply | undefined;
    try {
      reply = blocked.block.resume(key);
    } catch (failure) {
      reply = failure instanceof ErrorReply ? failure : this.engine.internalError(blocked.record.fullName, failure);
    }
    context.settle();
    if (reply !== undefined) this.unblock(session, reply);
    tracking.executing = executing;
    tracking.flush();
  }

  /** Ends the wait at `until` (milliseconds since the epoch), which may be further away than a timer reaches. */
  #armTimeout(session: Session, until: number): void {
    const { blocked } = session;
    const { clock } = this.engine;
    if (blocked === undefined) return;
    const left = until - clock.now();
    blocked.timer = clock.setTimer(
      () => {
        if (left > MAX_TIMER_MS) this.#armTimeout(session, until);
        else this.unblock(session, blocked.block.otherwise);
      },
      Math.min(left, MAX_TIMER_MS),
    );
  }
}
