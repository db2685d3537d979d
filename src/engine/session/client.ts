import type { Acl } from '../acl/acl';
import type { User } from '../acl/user';
import type { Clock } from '../clock';
import type { Block, NoReply } from '../command/answers';
import type { CommandRecord } from '../command/table';
import type { Database, Waiter, Watcher } from '../keyspace/database';
import type { Keyspace } from '../keyspace/keyspace';
import type { Reply } from '../protocol/reply';
import type { RedisVersion } from '../redis-version';
import { textBytes } from '../values/text-bytes';
import type { ClientAddress, HeldArguments, SessionOutput } from './output';
import { type QueuedCommand, Transaction, WORD_BYTES } from './transaction';

/** Estimated bytes of a watched key, a subscription or a tracked prefix, beside its name. */
export const REMEMBERED_BYTES = 120;

/** What CLIENT TRACKING set for one client. */
export interface TrackingState {
  /** Client that gets the messages; 0 = the client itself. */
  redirect: number;
  /** The client that was to get them is gone. */
  broken: boolean;
  readonly broadcast: boolean;
  readonly optIn: boolean;
  readonly optOut: boolean;
  readonly noLoop: boolean;
  /** Broadcast mode: tell about keys that begin so. */
  readonly prefixes: string[];
  /** CLIENT CACHING was called for the next command. */
  caching: boolean;
}

/** CLIENT TRACKING ON without any option. */
export const PLAIN_TRACKING: TrackingState = {
  redirect: 0,
  broken: false,
  broadcast: false,
  optIn: false,
  optOut: false,
  noLoop: false,
  prefixes: [],
  caching: false,
};

/** A command of a client that waits. */
export interface BlockedCommand extends QueuedCommand {
  readonly block: Block;
  readonly database: Database;
  readonly held: HeldArguments;
  timer: unknown;
}

/** Bytes a connection takes beyond what its commands hold; measured with V8's heap statistics. */
const SESSION_BYTES = 2048;

const NOTHING_HELD: HeldArguments = { count: 0, bytes: 0, heapBytes: 0 };

/** What a client's state is part of. */
export interface ClientParts {
  readonly version: RedisVersion;
  readonly acl: Acl;
  readonly clock: Clock;
  readonly keyspace: Keyspace;
  /** Whether a new client has to say who it is. */
  readonly requiresPassword: boolean;
  readonly monitors: { remove(client: Client): void };
  readonly tracking: { disable(client: Client): void };
  readonly pubsub: { leave(client: Client): void };
  readonly clients: { readonly memory: { update(client: Client): void } };
}

/** What the commands of a client run in, as far as those need it who let them run. */
export interface ClientContext {
  /** The running command's name as the client wrote it. */
  typedName: string;
  /** The call of EVAL or its like that runs. */
  runningScript: { readonly record: CommandRecord; readonly args: readonly string[] } | undefined;
  /** Lets the time move on. @param frozenAt milliseconds since the epoch at which it is to stand still; 0 = now */
  resetClock(frozenAt?: number): void;
  /** Ends a command. */
  settle(): void;
  /** Milliseconds since the epoch; stands still while a command runs. */
  readonly now: number;
  /** What the command said that it changes, since this was asked last; undefined = nothing was said. */
  takeEffects(): readonly (readonly string[])[] | undefined;
}

/** One client: what it has selected, watches, subscribed to and waits for. */
export abstract class Client implements Watcher, Waiter {
  abstract readonly context: ClientContext;
  /** The database it has selected. */
  database: Database;
  resp: 2 | 3 = 2;
  name = '';
  user: User;
  readonly version: RedisVersion;
  authenticated: boolean;
  /** It came by a way that is closed to others: it begins as one who may do everything, whatever the users' rules say. */
  #trusted = false;
  transaction: Transaction | undefined;
  /** The one whose commands EXEC is running. */
  executing: Transaction | undefined;
  /** A watched key changed. */
  watchBroken = false;
  readonly watched = new Map<string, { readonly database: Database; readonly key: string }>();
  blocked: BlockedCommand | undefined;
  /** CLIENT REPLY. `skip-next` becomes `skip` for exactly one command; `hangs up` is that of replicas. */
  replyMode: 'on' | 'off' | 'skip-next' | 'skip' | 'hangs up' = 'on';
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  readonly shardChannels = new Set<string>();
  monitoring = false;
  /** What it is as a replica: `loading` until it has all of the data. */
  replication: 'loading' | 'online' | undefined;
  /** How far the stream for replicas was when its last command was over. */
  streamOffset = 0;
  /** Told when it has read what it was sent. */
  onRoom: (() => void) | undefined;
  /** Told when something came from it. */
  onInput: (() => void) | undefined;
  noEvict = false;
  /** CLIENT NO-TOUCH: what it does leaves no trace of when a key was used. */
  noTouch = false;
  /** CLIENT SETINFO. */
  libraryName = '';
  libraryVersion = '';
  /** CLIENT TRACKING; undefined = off. */
  tracking: TrackingState | undefined;
  /** Whether what its command tells it comes behind the reply: since 7.2. */
  readonly repliesFirst: boolean;
  /** What is sent once the running command's reply has been. */
  readonly afterReply: Reply[] = [];
  /** Whether messages belong there now: its command runs (since 7.2), or has run and serves others. */
  hearsLater = false;
  /** QUIT: the connection closes once the reply has left. */
  closing = false;
  /** A connection of our own that nobody has asked for yet: clients do not see it. */
  hidden = false;
  /** Set once the session may answer no more commands. */
  closed = false;
  /** What the account of all clients holds for this one; only `ClientMemory` changes it. */
  countedBytes = 0;
  countedReceived = 0;
  countedUnread = 0;
  readonly createdAt: number;
  /** When it last ran a command, on the clock of `performance.now()`. */
  lastInteraction = performance.now();
  lastCommand: string | undefined;

  #watchedBytes = 0;
  /** Bytes of the channels and patterns it subscribed to. */
  subscribedBytes = 0;

  constructor(
    private readonly parts: ClientParts,
    readonly id: number,
    readonly address: ClientAddress,
    readonly output: SessionOutput,
  ) {
    this.version = parts.version;
    this.repliesFirst = parts.version >= '7.2';
    this.database = parts.keyspace.database(0);
    this.user = parts.acl.default;
    this.authenticated = !parts.requiresPassword;
    this.createdAt = parts.clock.now();
  }

  /** Runs a command of this client's, as if it came now. */
  abstract execute(name: string, args: readonly string[]): Reply | NoReply;

  /** Whole seconds since it came. */
  get age(): number {
    return Math.floor((this.parts.clock.now() - this.createdAt) / 1000);
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
    return this.blocked?.held ?? this.output.held?.() ?? NOTHING_HELD;
  }

  /** Bytes received and not answered yet. */
  get receivedBytes(): number {
    return this.output.unanswered?.() ?? 0;
  }

  /** Bytes it did not read, as far as they are not in V8's heap. */
  get unreadOutside(): number {
    return this.output.unreadOutside?.() ?? 0;
  }

  /** Estimated bytes the client takes in all: what it sent, what it did not read, and what it made us remember. */
  get bytes(): number {
    const { transaction, held, output } = this;
    const queued = transaction?.heapBytes ?? 0;
    const buffers = (output.unread?.() ?? 0) + this.receivedBytes;
    const words = held.heapBytes + held.count * WORD_BYTES;
    const names = textBytes(this.name) + textBytes(this.libraryName) + textBytes(this.libraryVersion);
    return SESSION_BYTES + names + queued + buffers + words + this.rememberedBytes;
  }

  /** Of watched keys, subscriptions and tracked prefixes. */
  get rememberedBytes(): number {
    let bytes = this.#watchedBytes + this.subscribedBytes;
    for (const prefix of this.tracking?.prefixes ?? []) bytes += textBytes(prefix) + REMEMBERED_BYTES;
    return bytes;
  }

  invalidate(): void {
    this.watchBroken = true;
  }

  watch(key: string): void {
    const { database } = this;
    const id = `${String(database.index)}:${key}`;
    if (this.watched.has(id)) return;
    this.watched.set(id, { database, key });
    // Twice: here, and where the database looks for who watches.
    this.#watchedBytes += 2 * textBytes(key) + REMEMBERED_BYTES;
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
    this.parts.pubsub.leave(this);
    this.parts.tracking.disable(this);
    this.database = this.parts.keyspace.database(0);
    this.resp = 2;
    this.name = '';
    this.user = this.#trusted ? this.parts.acl.superuser : this.parts.acl.default;
    this.replyMode = 'on';
    this.noEvict = this.noEvict && this.version < '7.2';
    this.noTouch = false;
    this.parts.monitors.remove(this);
    this.authenticated = this.#trusted || !this.parts.requiresPassword;
  }

  /** It is gone: what it called itself and its library takes no more room. */
  forgetNames(): void {
    this.name = '';
    this.libraryName = '';
    this.libraryVersion = '';
  }

  /** From now on it is asked for no password, and nothing is forbidden to it. */
  trust(): void {
    this.#trusted = true;
    this.user = this.parts.acl.superuser;
    this.authenticated = true;
  }

  beginTransaction(): void {
    this.transaction = new Transaction();
  }

  discardTransaction(): void {
    this.transaction = undefined;
    this.unwatchAll();
    this.parts.clients.memory.update(this);
  }
}
