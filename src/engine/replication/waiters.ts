import type { Block } from '../command/answers';
import type { Reply } from '../protocol/reply';
import type { Client } from '../session/client';

/** A client that waits for replicas to have what was written. */
interface Waiter {
  readonly client: Client;
  readonly block: Block;
  /** Undefined = it goes on waiting. */
  readonly answer: () => Reply | undefined;
}

/** The clients that wait with WAIT and WAITAOF. */
export class Waiters {
  readonly #waiters = new Set<Waiter>();

  constructor(private readonly blocking: { unblock(client: Client, reply: Reply): void }) {}

  add(waiter: Waiter): void {
    this.#waiters.add(waiter);
  }

  forget(client: Client): void {
    for (const waiter of this.#waiters) if (waiter.client === client) this.#waiters.delete(waiter);
  }

  /** Answers those whose wait is over. */
  serve(): void {
    for (const waiter of this.#waiters) {
      const { client, block, answer } = waiter;
      const isWaiting = client.blocked?.block === block;
      const reply = isWaiting ? answer() : undefined;
      if (isWaiting && reply === undefined) continue;
      this.#waiters.delete(waiter);
      if (reply !== undefined) this.blocking.unblock(client, reply);
    }
  }
}
