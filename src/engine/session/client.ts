import type { User } from '../acl/user';
import type { Block } from '../command/answers';
import { CommandContext } from '../execution/command-context';
import type { Engine } from '../engine';
import type { CommandRecord } from '../command/table';
import type { Database, Waiter, Watcher } from '../keyspace/database';
import type { Reply } from '../protocol/reply';
import { textBytes } from '../values/text-bytes';
import type { TrackingState } from './tracking';

/** Where a session's replies go when they are not the answer to the call being made: pushes, late answers, the end. */
export interface SessionOutput {
  /** Sends a reply. Never runs the client's code before returning. */
  send(reply: Reply): void;
  /** The blocked command was answered: input that waited behind it may go on. */
  resume(): void;
  /** Closes the connection, once what was sent before has left. */
  close(): void;
  /** Closes the connection at once: the client does not read. */
  drop?(): void;
  /** Bytes sent that the client has not taken yet. */
  unread?(): number;
  /** Bytes received and not answered yet, those of the running command included. */
  unanswered?(): number;
  /** Bytes of the arguments read so far of a command that is not there as a whole. */
  held?(): HeldArguments;
}

/** Arguments that are kept: how many, and their bytes together. */
export interface HeldArguments {
  readonly count: number;
  readonly bytes: number;
}

export interface QueuedCommand {
  readonly record: CommandRecord;
  readonly args: readonly string[];
  /** The command's name as the client wrote it. */
  readonly name: string;
}

/** Estimated bytes of a watched key, a subscription or a tracked prefix, beside its name. */
export const REMEMBERED_BYTES = 120;
/** What Redis counts for each word of a command that waits, beside its bytes. */
const WORD_BYTES = 8;
/** Bytes that a word takes here beyond those: the string's header, and its rounding. */
const STRING_BYTES = 24;
/** Estimated bytes of a queued command, beside its words. */
const QUEUED_BYTES = 120;

/** An open MULTI. */
export class Transaction {
  readonly queue: QueuedCommand[] = [];
  /** Bytes of the queued commands, names included, as Redis counts them: each word takes eight more. */
  bytes = 0;
  /** What they take here. */
  heapBytes = 0;
  /** A command was refused while queueing: EXEC will answer EXECABORT. */
  aborted = false;

  add(command: QueuedCommand): void {
    this.queue.push(command);
    this.bytes += command.name.length + WORD_BYTES;
    this.heapBytes += QUEUED_BYTES;
    for (const arg of command.args) {
      this.bytes += arg.length + WORD_BYTES;
      this.heapBytes += textBytes(arg) + WORD_BYTES;
    }
  }
}

/** A command that waits. */
export interface BlockedCommand extends QueuedCommand {
  readonly block: Block;
  readonly database: Database;
  readonly argumentBytes: number;
  /** When the wait began, on the clock of `performance.now()`. */
  readonly since: number;
  timer: unknown;
}

/** Who and where a client is, as CLIENT LIST shows it. */
export interface ClientAddress {
  readonly remote: string;
  readonly local: string;
  /** `unix` shows as such in CLIENT LIST; memory connections count as TCP. */
  readonly kind: 'memory' | 'tcp' | 'unix';
}

/** Bytes a connection takes beyond what its commands hold; measured with V8's heap statistics. */
const SESSION_BYTES = 2048;

const NOTHING_HELD: HeldArguments = { count: 0, bytes: 0 };

/** One client: what it has selected, watches, subscribed to and waits for. */
export class Session implements Watcher, Waiter {
  readonly context: CommandContext;
  resp: 2 | 3 = 2;
  name = '';
  user: User;
  authenticated: boolean;
  transaction: Transaction | undefined;
  /** The one whose commands EXEC is running. */
  executing: Transaction | undefined;
  /** A watched key changed. */
  watchBroken = false;
  readonly watched = new Map<string, { readonly database: Database; readonly key: string }>();
  blocked: BlockedCommand | undefined;
  /** CLIENT REPLY. `skip-next` becomes `skip` for exactly one command. */
  replyMode: 'on' | 'off' | 'skip-next' | 'skip' = 'on';
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  readonly shardChannels = new Set<string>();
  monitoring = false;
  noEvict = false;
  /** CLIENT TRACKING; undefined = off. */
  tracking: TrackingState | undefined;
  /** What is sent once the running command's reply has been. */
  readonly afterReply: Reply[] = [];
  /** QUIT: the connection closes once the reply has left. */
  closing = false;
  /** A connection of our own that nobody has asked for yet: clients do not see it. */
  hidden = false;
  /** Set once the session may answer no more commands. */
  closed = false;
  /** What the account of all clients holds for this one; only `ClientMemory` changes it. */
  countedBytes = 0;
  countedReceived = 0;
  readonly createdAt: number;
  /** When it last ran a command, on the clock of `performance.now()`. */
  lastInteraction = performance.now();
  lastCommand: string | undefined;

  #watchedBytes = 0;
  /** Bytes of the channels and patterns it subscribed to. */
  subscribedBytes = 0;

  constructor(
    readonly engine: Engine,
    readonly id: number,
    readonly address: ClientAddress,
    readonly output: SessionOutput,
  ) {
    this.context = new CommandContext(engine, this);
    this.user = engine.acl.default;
    this.authenticated = !engine.requiresPassword;
    this.createdAt = engine.clock.now();
  }

  get subscriptions(): number {
    return this.channels.size + this.patterns.size + this.shardChannels.size;
  }

  /** Bytes of the commands queued with MULTI, as Redis counts them. */
  get queuedBytes(): number {
    return this.transaction?.bytes ?? 0;
  }

  /** Arguments of a command that is not run yet: it waits, or is not there as a whole. */
  get held(): HeldArguments {
    const { blocked } = this;
    if (blocked === undefined) return this.output.held?.() ?? NOTHING_HELD;
    return { count: blocked.args.length + 1, bytes: blocked.name.length + blocked.argumentBytes };
  }

  /** Bytes received and not answered yet. */
  get receivedBytes(): number {
    return this.output.unanswered?.() ?? 0;
  }

  /** Estimated bytes the client takes in all: what it sent, what it did not read, and what it made us remember. */
  get bytes(): number {
    const { transaction, held, output } = this;
    const queued = transaction?.heapBytes ?? 0;
    const buffers = (output.unread?.() ?? 0) + this.receivedBytes;
    const words = held.bytes + held.count * (WORD_BYTES + STRING_BYTES);
    return SESSION_BYTES + this.name.length + queued + buffers + words + this.rememberedBytes;
  }

  /** Of watched keys, subscriptions and tracked prefixes. */
  get rememberedBytes(): number {
    let bytes = this.#watchedBytes + this.subscribedBytes;
    for (const prefix of this.tracking?.prefixes ?? []) bytes += prefix.length + REMEMBERED_BYTES;
    return bytes;
  }

  invalidate(): void {
    this.watchBroken = true;
  }

  watch(key: string): void {
    const database = this.context.db;
    const id = `${String(database.index)}:${key}`;
    if (this.watched.has(id)) return;
    this.watched.set(id, { database, key });
    // Twice: here, and where the database looks for who watches.
    this.#watchedBytes += 2 * key.length + REMEMBERED_BYTES;
    database.watch(key, this);
  }

  /** Forgets every watched key, as EXEC, DISCARD and UNWATCH do. */
  unwatchAll(): void {
    for (const { database, key } of this.watched.values()) database.unwatch(key, this);
    this.watched.clear();
    this.#watchedBytes = 0;
    this.watchBroken = false;
  }

  /** RESET: back to the state of a new connection. */
  reset(): void {
    this.discardTransaction();
    this.engine.unsubscribeAll(this);
    this.engine.tracking.disable(this);
    this.context.db = this.engine.keyspace.database(0);
    this.resp = 2;
    this.name = '';
    this.user = this.engine.acl.default;
    this.replyMode = 'on';
    this.engine.monitors.remove(this);
    this.authenticated = !this.engine.requiresPassword;
  }

  beginTransaction(): void {
    this.transaction = new Transaction();
  }

  discardTransaction(): void {
    this.transaction = undefined;
    this.unwatchAll();
    this.engine.clientMemory.update(this);
  }
}
