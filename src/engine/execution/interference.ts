import type { Clock } from '../clock';
import { NO_REPLY, NoReply, waitForCause } from '../command/answers';
import type { CommandTable } from '../command/table';
import { ErrorReply, type Reply } from '../protocol/reply';
import type { Blocking } from '../session/blocking';
import type { Client } from '../session/client';

/** What is done to a command instead of running it. */
export type Disturbance =
  | { readonly kind: 'fail'; readonly reply: ErrorReply }
  | { readonly kind: 'delay'; readonly ms: number }
  /** The connection ends; `runs`: the command has its effect, only its reply is lost. */
  | { readonly kind: 'disconnect'; readonly runs: boolean };

/** Says what is to happen to a client's command; undefined = nothing special. */
export type Disturber = (name: string, args: readonly string[]) => Disturbance | undefined;

/** What disturbing works with. */
export interface InterferenceParts {
  readonly clock: Clock;
  readonly commands: CommandTable;
  readonly blocking: Blocking;
}

/** Disturbs commands on purpose, so that applications can be tested against what happens to real servers. */
export class Interference {
  /** Commands are being run that were disturbed already. */
  #letPass = false;

  constructor(
    private readonly parts: InterferenceParts,
    private readonly disturber: Disturber,
  ) {}

  /** @returns the reply to a command that was disturbed; undefined when it may run as usual */
  apply(client: Client, name: string, args: readonly string[]): Reply | NoReply | undefined {
    const disturbance = this.#letPass ? undefined : this.disturber(name, args);
    switch (disturbance?.kind) {
      case undefined:
        return undefined;
      case 'fail':
        if (client.transaction !== undefined) client.transaction.aborted = true;
        return disturbance.reply;
      case 'delay':
        return this.#delay(client, name, args, disturbance.ms);
      case 'disconnect':
        if (disturbance.runs) this.#run(client, name, args);
        client.output.close();
        return NO_REPLY;
    }
  }

  /** The client waits, as in a blocking command: what it sends meanwhile is answered afterwards. */
  #delay(client: Client, name: string, args: readonly string[], ms: number): NoReply | undefined {
    const { blocking, clock, commands } = this.parts;
    let record;
    try {
      record = commands.resolve(name, args);
    } catch (refusal) {
      if (refusal instanceof ErrorReply) return undefined; // it is refused at once
      throw refusal;
    }
    blocking.block(client, { record, args, name }, waitForCause());
    const { blocked } = client;
    const timer = clock.setTimer(() => {
      if (client.blocked !== blocked) return; // the client has gone
      blocking.forget(client);
      const reply = this.#run(client, name, args);
      if (!(reply instanceof NoReply)) client.output.send(reply);
      if (!blocking.blocked.has(client)) client.output.resume();
    }, ms);
    if (blocked !== undefined) blocked.timer = timer;
    return NO_REPLY;
  }

  #run(client: Client, name: string, args: readonly string[]): Reply | NoReply {
    this.#letPass = true;
    try {
      return client.execute(name, args);
    } finally {
      this.#letPass = false;
    }
  }
}
