import type { Engine } from '../engine';
import { ErrorReply, type Reply } from '../protocol/reply';
import type { QueuedCommand, Session } from '../session/session';
import type { Block } from './block';

/** Clients that wait for keys: first come, first served, per key. */
export class Blocking {
  /** Sessions that wait, in the order they began to. */
  readonly blocked = new Set<Session>();
  #serving = false;

  constructor(private readonly engine: Engine) {}

  /** Lets a session wait. */
  block(session: Session, command: QueuedCommand, block: Block): void {
    const database = session.context.db;
    const timer =
      block.timeoutMs > 0
        ? this.engine.clock.setTimer(() => { this.unblock(session, block.otherwise); }, block.timeoutMs)
        : undefined;
    session.blocked = { ...command, block, database, timer };
    this.blocked.add(session);
    for (const key of block.keys) {
      let waiters = database.waiters.get(key);
      if (waiters === undefined) database.waiters.set(key, (waiters = new Set()));
      waiters.add(session);
    }
  }

  /** Ends a wait with a reply: time over, CLIENT UNBLOCK, or served. */
  unblock(session: Session, reply: Reply): void {
    this.forget(session);
    session.output.send(reply);
    session.output.resume();
  }

  /** Ends a wait without a reply: the client is gone. */
  forget(session: Session): void {
    const { blocked } = session;
    if (blocked === undefined) return;
    session.blocked = undefined;
    this.blocked.delete(session);
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
        const waiters = database.waiters.get(key);
        // Insertion order is arrival order; whoever blocks again in between is not asked twice.
        for (const waiter of [...(waiters ?? [])]) {
          if (!this.#serve(waiter as Session, key) && database.dataset.keys.get(key) === undefined) break;
        }
      }
    } finally {
      this.#serving = false;
    }
  }

  /** @returns whether the session was served */
  #serve(session: Session, key: string): boolean {
    const { blocked } = session;
    if (blocked === undefined) return false;
    const { context } = session;
    context.resetClock();
    let reply: Reply | undefined;
    try {
      reply = blocked.block.resume(key);
    } catch (failure) {
      reply = failure instanceof ErrorReply ? failure : this.engine.internalError(blocked.record.fullName, failure);
    }
    context.settle();
    if (reply === undefined) return false;
    this.unblock(session, reply);
    return true;
  }
}
