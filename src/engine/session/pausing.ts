// Imported, not the global: fake timers of a test must not hold up clients.
import { setImmediate } from 'node:timers';
import type { Clock } from '../clock';
import { type Block, NoReply, waitForCause } from '../command/answers';
import type { CommandRecord } from '../command/table';
import type { Client } from './client';
import type { QueuedCommand } from './transaction';

const INT64_MAX = 2 ** 63;

/** What pausing works with. */
export interface PausingParts {
  readonly clock: Clock;
  readonly keyspace: { setFrozen(frozen: boolean): void };
  readonly blocking: {
    readonly blocked: ReadonlySet<Client>;
    block(client: Client, command: QueuedCommand, block: Block): void;
    forget(client: Client): void;
  };
  /** Whether a command that runs scripts might write. */
  readonly scripts: { mayWrite(record: CommandRecord, args: readonly string[]): boolean };
}

/** CLIENT PAUSE: commands wait, unanswered and in order, until the pause is over. */
export class Pausing {
  /** Whether any pause is in force; the gate looks at nothing else. */
  active = false;
  #everything = false;
  #until = 0;
  #timer: unknown;
  readonly #postponed = new Map<Client, QueuedCommand>();

  constructor(private readonly parts: PausingParts) {}

  /** Begins a pause, or extends the one in force: the stricter mode and the later end win. */
  pause(milliseconds: number, everything: boolean): void {
    const { clock } = this.parts;
    const now = clock.now();
    // Beyond 64 bits it is over at once, as Redis' sum overflows.
    const until = now + milliseconds < INT64_MAX ? now + milliseconds : now;
    this.#everything = everything || (this.active && this.#everything);
    this.#until = this.active ? Math.max(this.#until, until) : until;
    this.active = true;
    this.parts.keyspace.setFrozen(true);
    this.#arm();
  }

  /** Makes a command wait if the pause covers it. @returns whether it waits now */
  postpone(client: Client, record: CommandRecord, name: string, args: readonly string[]): boolean {
    const { transaction } = client;
    const covered =
      this.#everything ||
      this.#mayWrite(record, args) ||
      (record.fullName === 'exec' &&
        transaction?.queue.some((queued) => this.#mayWrite(queued.record, queued.args)) === true);
    if (!covered) return false;
    const command = { record, args, name };
    this.#postponed.set(client, command);
    this.parts.blocking.block(client, command, waitForCause());
    return true;
  }

  /**
   * Ends the pause. Every command that waited runs in the order of arrival, in a turn of its own: whoever ends the pause has
   * its reply first, and is through with what it is in the middle of.
   */
  resume(): void {
    if (!this.active) return;
    this.active = false;
    this.parts.keyspace.setFrozen(false);
    if (this.#timer !== undefined) this.parts.clock.clearTimer(this.#timer);
    this.#timer = undefined;
    if (this.#postponed.size === 0) return;
    const waiting = [...this.#postponed];
    this.#postponed.clear();
    setImmediate(() => {
      this.#run(waiting);
    });
  }

  #run(waiting: readonly (readonly [Client, QueuedCommand])[]): void {
    for (const [client, { name, args }] of waiting) {
      // The client may have gone while it waited.
      if (client.blocked === undefined) continue;
      this.parts.blocking.forget(client);
      const reply = client.execute(name, args);
      if (!(reply instanceof NoReply)) client.output.send(reply);
      // It may have begun to wait for a key.
      if (!this.parts.blocking.blocked.has(client)) client.output.resume();
    }
  }

  #mayWrite(record: CommandRecord, args: readonly string[]): boolean {
    if (record.write) return true;
    if (!record.definition.flags.includes('may_replicate')) return false;
    return record.definition.runsScripts === true ? this.parts.scripts.mayWrite(record, args) : true;
  }

  #arm(): void {
    const { clock } = this.parts;
    if (this.#timer !== undefined) clock.clearTimer(this.#timer);
    this.#timer = clock.setTimer(() => {
      this.#timer = undefined;
      if (clock.now() >= this.#until) this.resume();
      else this.#arm();
    }, this.#until - clock.now());
  }
}
