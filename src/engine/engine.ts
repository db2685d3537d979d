import { randomBytes } from 'node:crypto';
import { type Clock, Microseconds, systemClock } from './clock';
import { ALL_COMMANDS } from './commands';
import { error } from './command/errors';
import { CommandTable } from './command/table';
import { Acl } from './acl/acl';
import { Parameters, type DebugCommands } from './config/parameters';
import { Blocking } from './session/blocking';
import { Executor } from './execution/executor';
import type { Interference } from './execution/interference';
import { Latency } from './statistics/latency';
import { Monitors } from './session/monitors';
import { Pausing } from './session/pausing';
import { ScriptRunner } from './execution/script-runner';
import { SlowLog } from './session/slow-log';
import type { ClusterNode } from './cluster/cluster-node';
import type { EncodingLimits, Entry } from './keyspace/entry';
import { Keyspace } from './keyspace/keyspace';
import { Memory, type EvictionPolicy } from './keyspace/memory';
import type { NoReply } from './command/answers';
import type { ErrorReply, Reply } from './protocol/reply';
import { PubSub, unsubscribe } from './pubsub/pubsub';
import { FunctionLibraries } from './scripting/function-libraries';
import { ClientLimits } from './session/client-limits';
import { ClientMemory } from './session/client-memory';
import { Rate } from './statistics/rate';
import { Session, type ClientAddress, type SessionOutput } from './session/client';
import { SnapshotTracker } from './snapshot/tracker';
import { Tracking } from './session/tracking';
import type { SaveHooks, SnapshotSource } from './snapshot/source';

export interface EngineOptions {
  /** Default 16. */
  readonly databases?: number;
  /** Bytes; default 0 = derived from V8's heap limit. */
  readonly maxMemory?: number;
  /** Default `noeviction`. */
  readonly maxMemoryPolicy?: EvictionPolicy;
  /** What AUTH expects of clients of the listener; default none. */
  readonly password?: string;
  /** Milliseconds, 0 = none; default 5000. */
  readonly scriptTimeLimit?: number;
  /** Whether changes are tracked so that snapshots can be taken; default false. */
  readonly persistent?: boolean;
  /** Who may use DEBUG; default `local`: clients in this process and on this machine. */
  readonly debugCommands?: DebugCommands;
  /** Whether AUTH lets everybody in while neither a password nor users are configured; Redis would not. Default false. */
  readonly acceptsAnyCredentials?: boolean;
  readonly clock?: Clock;
  /** Returns a number in [0, 1); default `Math.random`. */
  readonly random?: () => number;
  /** Told about errors that are ours, never about a client's; default: written to stderr. */
  readonly onInternalError?: (failure: unknown, command: string) => void;
}

export interface EngineStats {
  commands: number;
  connections: number;
  /** Connections refused because of `maxclients`. */
  rejectedConnections: number;
  /** Bytes received and sent. */
  netInput: number;
  netOutput: number;
  /** Pieces received from clients and sent to them. */
  reads: number;
  writes: number;
  /** Microseconds that removing keys whose time had come took. */
  expireMicroseconds: number;
  readonly errors: Map<string, number>;
}

/** How many codes of errors are counted, and how long they may be, in bytes. */
const MOST_ERROR_CODES = 1024;
const LONGEST_ERROR_CODE = 128;

/** One Redis, in process: databases, commands and the clients that share them. */
export class Engine {
  readonly clock: Clock;
  readonly microseconds: Microseconds;
  readonly random: () => number;
  readonly keyspace: Keyspace;
  readonly memory: Memory;
  readonly commands: CommandTable;
  readonly acl: Acl;
  readonly executor: Executor;
  readonly blocking: Blocking;
  readonly scripts: ScriptRunner = new ScriptRunner(this);
  readonly pausing: Pausing;
  readonly monitors = new Monitors();
  readonly slowLog = new SlowLog();
  readonly latency = new Latency();
  readonly tracking: Tracking;
  readonly clientLimits: ClientLimits;
  readonly clientMemory: ClientMemory;
  readonly pubsub = new PubSub();
  readonly parameters: Parameters;
  readonly sessions = new Map<number, Session>();
  readonly stats: EngineStats = {
    commands: 0,
    connections: 0,
    rejectedConnections: 0,
    netInput: 0,
    netOutput: 0,
    reads: 0,
    writes: 0,
    expireMicroseconds: 0,
    errors: new Map(),
  };
  /** Of commands, bytes received and bytes sent. */
  readonly rates = { commands: new Rate(), netInput: new Rate(), netOutput: new Rate() };
  /** Random and new for every engine, as Redis' run id. */
  readonly runId = randomBytes(20).toString('hex');
  readonly startedAt: number;
  readonly acceptsAnyCredentials: boolean;
  /** Function libraries; kept by snapshots. */
  readonly libraries: FunctionLibraries = new FunctionLibraries(
    (body) => this.scripts.loadLibrary(body),
    () => {
      this.scripts.count();
    },
  );
  /** DEBUG SET-SKIP-CHECKSUM-VALIDATION: whether RESTORE takes payloads with a wrong checksum. */
  skipsChecksums = false;
  /** DEBUG SET-DISABLE-DENY-SCRIPTS: whether scripts may run what is denied to them. */
  scriptsMayRunAll = false;
  /** Set once the snapshot module is there. */
  saveHooks: SaveHooks | undefined;
  /** What SHUTDOWN does; without it the command is refused. */
  onShutdown: (() => void) | undefined;
  /** Random; DEBUG CHANGE-REPL-ID changes it. */
  replicationId = randomBytes(20).toString('hex');
  /** Set while a test disturbs commands on purpose. */
  interference: Interference | undefined;
  /** Set while it answers as the one node of a cluster. */
  cluster: ClusterNode | undefined;
  /** Answers LOADING while a snapshot is being restored. */
  loading = false;
  /** Where a listener serves this engine; port 0 = nowhere. */
  listening = { host: '127.0.0.1', port: 0 };
  readonly #tracker: SnapshotTracker;
  readonly #onInternalError: (failure: unknown, command: string) => void;
  #nextSessionId = 1;

  constructor(options: EngineOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.microseconds = new Microseconds(this.clock);
    this.random = options.random ?? Math.random;
    this.startedAt = this.clock.now();
    this.acceptsAnyCredentials = options.acceptsAnyCredentials ?? false;
    this.#onInternalError = options.onInternalError ?? reportToStderr;
    this.keyspace = new Keyspace(options.databases ?? 16, this.clock);
    this.memory = new Memory(this.keyspace, options.maxMemory ?? 0, this.random);
    if (options.maxMemoryPolicy !== undefined) this.memory.setPolicy(options.maxMemoryPolicy);
    this.commands = new CommandTable(ALL_COMMANDS);
    this.acl = new Acl(this.commands, (change) => {
      this.memory.userBytes += change;
    });
    this.executor = new Executor(this);
    this.blocking = new Blocking(this);
    this.pausing = new Pausing(this);
    this.tracking = new Tracking(this);
    this.clientLimits = new ClientLimits(this);
    this.clientMemory = new ClientMemory(this);
    this.parameters = new Parameters(this, options);
    this.#tracker = new SnapshotTracker(this);
    if (options.persistent === true) this.keyspace.trackChanges();
    this.keyspace.publishEvent = (event, key, database) => {
      this.#publishEvent(event, key, database);
    };
    this.keyspace.onExpired = (microseconds) => {
      this.stats.expireMicroseconds += microseconds;
      if (microseconds >= this.latency.thresholdMicroseconds)
        this.latency.add('expire-cycle', microseconds, this.clock.now());
      this.blocking.serveReady();
    };
  }

  /** Redis' limits between compact and general encodings, changed by CONFIG SET. */
  get limits(): EncodingLimits {
    return this.parameters.limits;
  }

  get requiresPassword(): boolean {
    return !(this.acl.default.enabled && this.acl.default.noPassword);
  }

  /** `min-replicas-to-write`: there are never any replicas. */
  get lacksReplicas(): boolean {
    return this.parameters.fewestReplicas > 0 && this.parameters.replicaLag > 0;
  }

  /** The snapshot module's door. */
  get snapshots(): SnapshotSource {
    return this.#tracker;
  }

  /** Joins a client. Its replies that are not answers go to `output`. */
  connect(address: ClientAddress, output: SessionOutput): Session {
    const session = new Session(this, this.#nextSessionId++, address, output);
    this.sessions.set(session.id, session);
    this.stats.connections += 1;
    return session;
  }

  /** Lets a client go: ends its wait, its watches and its subscriptions. */
  disconnect(session: Session): void {
    if (!this.sessions.delete(session.id)) return;
    session.closed = true;
    this.blocking.forget(session);
    this.tracking.disable(session);
    this.clientLimits.forget(session);
    this.monitors.remove(session);
    session.discardTransaction();
    this.unsubscribeAll(session);
    this.clientMemory.forget(session);
  }

  /** The clients that clients see, in the order they came. */
  clients(): Session[] {
    return [...this.sessions.values()].filter(({ hidden }) => !hidden);
  }

  unsubscribeAll(session: Session): void {
    for (const name of [...session.channels]) unsubscribe(this.pubsub.channels, session.channels, name, session);
    for (const name of [...session.patterns]) unsubscribe(this.pubsub.patterns, session.patterns, name, session);
    for (const name of [...session.shardChannels])
      unsubscribe(this.pubsub.shardChannels, session.shardChannels, name, session);
  }

  execute(session: Session, name: string, args: readonly string[]): Reply | NoReply {
    return this.executor.execute(session, name, args);
  }

  /** What an access writes into an entry, so that OBJECT IDLETIME, OBJECT FREQ and eviction know. */
  accessStamp(entry?: Entry): number {
    return this.memory.access.stamp(entry);
  }

  countError(reply: ErrorReply): void {
    if (reply.counted) return;
    const space = reply.text.indexOf(' ');
    const code = space < 0 ? reply.text : reply.text.slice(0, space);
    const { errors } = this.stats;
    const count = errors.get(code);
    // Scripts make up codes as they like.
    if (count === undefined && (errors.size >= MOST_ERROR_CODES || code.length > LONGEST_ERROR_CODE)) return;
    errors.set(code, (count ?? 0) + 1);
  }

  /** CONFIG RESETSTAT. */
  resetStatistics(): void {
    Object.assign(this.stats, { commands: 0, connections: 0, rejectedConnections: 0, netInput: 0, netOutput: 0 });
    Object.assign(this.stats, { reads: 0, writes: 0, expireMicroseconds: 0 });
    this.stats.errors.clear();
    this.clientMemory.evicted = 0;
    Object.assign(this.keyspace.stats, { hits: 0, misses: 0, expired: 0, evicted: 0, lazyFreed: 0 });
    for (const { stats } of this.commands.records())
      Object.assign(stats, { calls: 0, microseconds: 0, rejected: 0, failed: 0, histogram: undefined });
  }

  /** Turns a defect of ours into an error reply, so that one command fails and the process lives on. */
  internalError(command: string, failure: unknown): ErrorReply {
    this.#onInternalError(failure, command);
    const text = failure instanceof Error ? failure.message : String(failure);
    return error(`internal error in '${command}': ${text.replace(/[\r\n]+/g, ' ')}`);
  }

  /** Stops timers; sessions are closed by those who opened them. */
  close(): void {
    this.keyspace.disarmExpiry();
  }

  #publishEvent(event: string, key: string, database: number): void {
    const { notifications } = this.keyspace;
    if (notifications.has('K')) this.pubsub.publish(`__keyspace@${String(database)}__:${key}`, event);
    if (notifications.has('E')) this.pubsub.publish(`__keyevent@${String(database)}__:${event}`, key);
  }
}

function reportToStderr(failure: unknown, command: string): void {
  process.stderr.write(
    `respite: internal error in '${command}': ${failure instanceof Error ? String(failure.stack) : String(failure)}\n`,
  );
}
