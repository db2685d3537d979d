import { type Clock, MAX_TIMER_MS } from '../clock';
import { Block, NoReply, waitForCause } from '../command/answers';
import type { Keyspace } from '../keyspace/keyspace';
import { ErrorReply, type Reply } from '../protocol/reply';
import type { BlockedCommand, Client } from './client';
import { filterReply } from './reply-mode';
import { heldWords, type QueuedCommand } from './transaction';

/** What blocking works with. */
export interface BlockingParts {
  readonly clock: Clock;
  readonly keyspace: Pick<Keyspace, 'ready' | 'dirty'>;
  readonly clients: { readonly byId: ReadonlyMap<number, Client> };
  readonly counters: { countError(reply: ErrorReply): void };
  readonly tracking: { executing: Client | undefined; flush(): void };
  readonly effects: {
    begin(): void;
    end(): void;
    note(client: Client, command: QueuedCommand, reply: Reply | undefined, dirty: number): void;
  };
  /** How long the stream for replicas is. */
  readonly replication: { readonly offset: number };
  readonly executor: {
    /** Counts what a command took that waited and is over. */
    measureWait(client: Client, command: BlockedCommand): void;
    /** Asks again whether a command that waited may run. @returns why not, which is counted */
    refuseResumed(client: Client, command: BlockedCommand): ErrorReply | undefined;
  };
  internalError(command: string, failure: unknown): ErrorReply;
}

/** Clients that wait for keys: first come, first served, per key. */
export class Blocking {
  /** Sessions that wait, in the order they began to. */
  readonly blocked = new Set<Client>();
  #serving = false;
  /** How many of them wait for a key's end as well. */
  #noticingRemoval = 0;

  constructor(private readonly parts: BlockingParts) {}

  /** Lets a client wait. */
  block(client: Client, command: QueuedCommand, block: Block): void {
    const database = client.database;
    client.blocked = { ...command, held: heldWords(command), block, database, timer: undefined };
    this.blocked.add(client);
    if (block.noticesRemoval) this.#noticingRemoval += 1;
    if (block.timeoutMs > 0) this.#armTimeout(client, this.parts.clock.now() + block.timeoutMs);
    queueUp(client, client.blocked);
  }

  /**
   * What a command answers that waits for work outside the engine: the outcome becomes its reply, unless the client has
   * gone meanwhile.
   * @param name the command, for the report of an internal error
   * @param idle whether a server would do nothing meanwhile: that time is not the command's
   */
  waitFor(client: Client, name: string, work: Promise<Reply>, idle = false): Block {
    const block = waitForCause();
    const begun = performance.now();
    const answer = (reply: Reply): void => {
      if (client.blocked?.block !== block) return;
      if (!idle) block.computed += microsecondsSince(begun);
      this.unblock(client, reply);
    };
    work.then(answer, (failure: unknown) => {
      answer(this.parts.internalError(name, failure));
    });
    return block;
  }

  /** Ends a wait with a reply: time over, CLIENT UNBLOCK, or served. */
  unblock(client: Client, reply: Reply): void {
    const { blocked } = client;
    if (blocked !== undefined) {
      this.parts.executor.measureWait(client, blocked);
      if (reply instanceof ErrorReply) {
        blocked.record.stats.failed += 1;
        this.parts.counters.countError(reply);
      }
    }
    this.#answer(client, reply);
  }

  #answer(client: Client, reply: Reply): void {
    this.forget(client);
    const answer = filterReply(client, reply);
    if (!(answer instanceof NoReply)) client.output.send(answer);
    client.output.resume();
  }

  /** Ends a wait without a reply: the client is gone. */
  forget(client: Client): void {
    const { blocked } = client;
    if (blocked === undefined) return;
    client.blocked = undefined;
    this.blocked.delete(client);
    if (blocked.block.noticesRemoval) this.#noticingRemoval -= 1;
    if (blocked.timer !== undefined) this.parts.clock.clearTimer(blocked.timer);
    for (const key of blocked.block.keys) {
      const waiters = blocked.database.waiters.get(key);
      if (waiters?.delete(client) === true && waiters.size === 0) blocked.database.waiters.delete(key);
    }
  }

  /** Serves whoever waits for a key that the last command made ready; what that changes is served in turn. */
  serveReady(): void {
    const { ready } = this.parts.keyspace;
    if (ready.size === 0 || this.#serving) return;
    this.#serving = true;
    try {
      for (const [id, { database, key }] of ready) {
        ready.delete(id);
        const waiters = database.waiters.get(key);
        // Insertion order is arrival order; whoever is served leaves the set, whoever waits on has gone to its end.
        let left = waiters?.size ?? 0;
        for (const waiter of waiters ?? []) {
          if (left-- === 0) break;
          const exists = database.dataset.keys.has(key);
          // Thousands may wait for one key: those behind the one served are only looked at if someone can care.
          if (!exists && this.#noticingRemoval === 0) break;
          const client = this.parts.clients.byId.get(waiter.id);
          if (client !== undefined && (exists || client.blocked?.block.noticesRemoval === true))
            this.#serve(client, key);
        }
      }
    } finally {
      this.#serving = false;
    }
  }

  #serve(client: Client, key: string): void {
    const { blocked, context } = client;
    if (blocked === undefined) return;
    const { effects, executor, keyspace, tracking } = this.parts;
    const { dirty } = keyspace;
    context.resetClock();
    const refusal = executor.refuseResumed(client, blocked);
    if (refusal !== undefined) {
      this.#answer(client, refusal);
      return;
    }
    const { executing } = tracking;
    tracking.executing = client;
    effects.begin();
    const begun = performance.now();
    client.hearsLater = client.repliesFirst;
    let reply: Reply | Block | undefined;
    try {
      reply = blocked.block.resume(key);
    } catch (failure) {
      reply = failure instanceof ErrorReply ? failure : this.parts.internalError(blocked.record.fullName, failure);
    }
    context.settle();
    client.hearsLater = false;
    blocked.block.computed += microsecondsSince(begun);
    const waitsOn = reply instanceof Block;
    const answer = reply instanceof Block ? undefined : reply;
    effects.note(client, blocked, answer, dirty);
    effects.end();
    client.streamOffset = this.parts.replication.offset;
    if (waitsOn) queueUp(client, blocked);
    else if (answer !== undefined) this.unblock(client, answer);
    tracking.executing = executing;
    tracking.flush();
  }

  /** Ends the wait at `until` (milliseconds since the epoch), which may be further away than a timer reaches. */
  #armTimeout(client: Client, until: number): void {
    const { blocked } = client;
    const { clock } = this.parts;
    if (blocked === undefined) return;
    const left = until - clock.now();
    blocked.timer = clock.setTimer(
      () => {
        if (left > MAX_TIMER_MS) this.#armTimeout(client, until);
        else this.unblock(client, blocked.block.otherwise);
      },
      Math.min(left, MAX_TIMER_MS),
    );
  }
}

/** Puts a client behind all others that wait for its keys. */
function queueUp(client: Client, { block, database }: BlockedCommand): void {
  for (const key of block.keys) {
    let waiters = database.waiters.get(key);
    if (waiters === undefined) database.waiters.set(key, (waiters = new Set()));
    waiters.delete(client);
    waiters.add(client);
  }
}

const microsecondsSince = (begun: number): number => (performance.now() - begun) * 1000;
