import type { Engine } from '../engine';
import { ErrorReply, type Reply } from '../protocol/reply';
import type { Session } from '../session/client';
import { NO_REPLY, NoReply, waitForCause } from '../command/answers';

/** What is done to a command instead of running it. */
export type Disturbance =
  | { readonly kind: 'fail'; readonly reply: ErrorReply }
  | { readonly kind: 'delay'; readonly ms: number }
  /** The connection ends; `runs`: the command has its effect, only its reply is lost. */
  | { readonly kind: 'disconnect'; readonly runs: boolean };

/** Says what is to happen to a client's command; undefined = nothing special. */
export type Disturber = (name: string, args: readonly string[]) => Disturbance | undefined;

/** Disturbs commands on purpose, so that applications can be tested against what happens to real servers. */
export class Interference {
  /** Commands are being run that were disturbed already. */
  #letPass = false;

  constructor(
    private readonly engine: Engine,
    private readonly disturber: Disturber,
  ) {}

  /** @returns the reply to a command that was disturbed; undefined when it may run as usual */
  apply(session: Session, name: string, args: readonly string[]): Reply | NoReply | undefined {
    const disturbance = this.#letPass ? undefined : this.disturber(name, args);
    switch (disturbance?.kind) {
      case undefined:
        return undefined;
      case 'fail':
        if (session.transaction !== undefined) session.transaction.aborted = true;
        return disturbance.reply;
      case 'delay':
        return this.#delay(session, name, args, disturbance.ms);
      case 'disconnect':
        if (disturbance.runs) this.#run(session, name, args);
        session.output.close();
        return NO_REPLY;
    }
  }

  /** The client waits, as in a blocking command: what it sends meanwhile is answered afterwards. */
  #delay(session: Session, name: string, args: readonly string[], ms: number): NoReply | undefined {
    const { blocking, clock, executor } = this.engine;
    let record;
    try {
      record = executor.resolve(name, args);
    } catch (refusal) {
      if (refusal instanceof ErrorReply) return undefined; // it is refused at once
      throw refusal;
    }
    blocking.block(session, { record, args, name }, waitForCause());
    const { blocked } = session;
    const timer = clock.setTimer(() => {
      if (session.blocked !== blocked) return; // the client has gone
      blocking.forget(session);
      const reply = this.#run(session, name, args);
      if (!(reply instanceof NoReply)) session.output.send(reply);
      if (!blocking.blocked.has(session)) session.output.resume();
    }, ms);
    if (blocked !== undefined) blocked.timer = timer;
    return NO_REPLY;
  }

  #run(session: Session, name: string, args: readonly string[]): Reply | NoReply {
    this.#letPass = true;
    try {
      return this.engine.execute(session, name, args);
    } finally {
      this.#letPass = false;
    }
  }
}
