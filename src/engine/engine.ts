import { randomBytes } from 'node:crypto';
import { Acl } from './acl/acl';
import { type Clock, Microseconds, systemClock } from './clock';
import type { ClusterNode } from './cluster/cluster-node';
import type { NoReply } from './command/answers';
import { error } from './command/errors';
import { CommandTable } from './command/table';
import { COMMANDS } from './commands';
import { type ParameterOptions, Parameters } from './config/parameters';
import { EffectLog } from './effects/effect-log';
import { ReplyGate } from './effects/reply-gate';
import { Executor } from './execution/executor';
import { ScriptRunner } from './execution/script-runner';
import type { Host, Identity, Services, Switches } from './execution/services';
import { Session } from './execution/session';
import type { EncodingLimits, Entry } from './keyspace/entry';
import type { EvictionPolicy } from './keyspace/eviction-policy';
import { Keyspace } from './keyspace/keyspace';
import { Memory } from './keyspace/memory';
import { formatDouble, formatShortest } from './protocol/format-double';
import type { ErrorReply, Reply } from './protocol/reply';
import { PubSub } from './pubsub/pubsub';
import { Replication } from './replication/replication';
import { FunctionLibraries } from './scripting/function-libraries';
import { Blocking } from './session/blocking';
import type { Client } from './session/client';
import { Clients } from './session/clients';
import { Monitors } from './session/monitors';
import type { ClientAddress, SessionOutput } from './session/output';
import { Pausing } from './session/pausing';
import { SlowLog } from './session/slow-log';
import { Tracking } from './session/tracking';
import { DEFAULT_VERSION, type RedisVersion } from './redis-version';
import { Counters } from './statistics/counters';
import { Latency } from './statistics/latency';

/** How an engine is made; everything is optional. */
export interface EngineOptions extends ParameterOptions {
  /** The Redis it is: newer commands and options are unknown to it. Default `8.0`. */
  readonly version?: RedisVersion;
  /** Default 16. */
  readonly databases?: number;
  /** Bytes; default 0 = derived from V8's heap limit. */
  readonly maxMemory?: number;
  /** Default `noeviction`. */
  readonly maxMemoryPolicy?: EvictionPolicy;
  /** Whether changes are tracked so that snapshots can be taken; default false. */
  readonly persistent?: boolean;
  /** Whether AUTH lets everybody in while neither a password nor users are configured; Redis would not. Default false. */
  readonly acceptsAnyCredentials?: boolean;
  readonly clock?: Clock;
  /** Returns a number in [0, 1); default `Math.random`. */
  readonly random?: () => number;
  /** Told about errors that are ours, never about a client's; default: written to stderr. */
  readonly onInternalError?: (failure: unknown, command: string) => void;
}

/** One Redis, in process: databases, commands and the clients that share them. */
export class Engine implements Services {
  readonly version: RedisVersion;
  readonly formatDouble: (value: number) => string;
  readonly clock: Clock;
  readonly microseconds: Microseconds;
  readonly random: () => number;
  readonly keyspace: Keyspace;
  readonly memory: Memory;
  readonly commands: CommandTable;
  readonly acl: Acl;
  readonly clients: Clients;
  readonly executor: Executor;
  readonly blocking: Blocking;
  readonly pausing: Pausing;
  readonly tracking: Tracking;
  readonly parameters: Parameters;
  readonly scripts: ScriptRunner = new ScriptRunner(this);
  readonly monitors = new Monitors();
  readonly pubsub = new PubSub();
  readonly slowLog: SlowLog;
  readonly latency = new Latency();
  readonly counters: Counters;
  readonly libraries: FunctionLibraries = new FunctionLibraries(
    (body) => this.scripts.loadLibrary(body),
    () => {
      this.scripts.count();
    },
  );
  readonly switches: Switches = {
    loading: false,
    writesRefused: undefined,
    skipsChecksums: false,
    scriptsMayRunAll: false,
    interference: undefined,
  };
  readonly effects: EffectLog;
  readonly replication: Replication;
  readonly gate = new ReplyGate();
  readonly host: Host;
  readonly identity: Identity;
  cluster: ClusterNode | undefined;
  readonly #onInternalError: (failure: unknown, command: string) => void;

  constructor(options: EngineOptions = {}) {
    this.version = options.version ?? DEFAULT_VERSION;
    this.counters = new Counters(this.version);
    this.formatDouble = this.version >= '7.2' ? formatShortest : formatDouble;
    this.clock = options.clock ?? systemClock;
    this.microseconds = new Microseconds(this.clock);
    this.random = options.random ?? Math.random;
    this.identity = {
      runId: randomBytes(20).toString('hex'),
      replicationId: randomBytes(20).toString('hex'),
      startedAt: this.clock.now(),
    };
    this.host = {
      saveHooks: undefined,
      onShutdown: undefined,
      listening: { host: '127.0.0.1', port: 0 },
      acceptsAnyCredentials: options.acceptsAnyCredentials ?? false,
    };
    this.#onInternalError = options.onInternalError ?? reportToStderr;
    this.keyspace = new Keyspace(options.databases ?? 16, this.clock);
    this.memory = new Memory(this.keyspace, options.maxMemory ?? 0, this.random);
    if (options.maxMemoryPolicy !== undefined) this.memory.setPolicy(options.maxMemoryPolicy);
    this.slowLog = new SlowLog(this.memory, this.version);
    this.commands = new CommandTable(COMMANDS, this.version);
    this.acl = new Acl(this.commands, (change) => {
      this.memory.userBytes += change;
    });
    this.clients = new Clients(this);
    this.executor = new Executor(this);
    this.blocking = new Blocking(this);
    this.pausing = new Pausing(this);
    this.tracking = new Tracking(this);
    this.parameters = new Parameters(this, options);
    if (options.persistent === true) this.keyspace.trackChanges();
    this.effects = new EffectLog(this.keyspace);
    this.replication = new Replication(this);
    this.keyspace.onGone = ({ index }, key) => {
      this.effects.add(index, ['DEL', key], this.clock.now());
    };
    this.keyspace.onFieldGone = ({ index }, key, field) => {
      this.effects.add(index, ['HDEL', key, field], this.clock.now());
    };
    this.keyspace.publishEvent = (event, key, database) => {
      this.#publishEvent(event, key, database);
    };
    this.keyspace.onExpired = (microseconds) => {
      this.counters.expireMicroseconds += microseconds;
      if (microseconds >= this.latency.thresholdMicroseconds)
        this.latency.add('expire-cycle', microseconds, this.clock.now());
      this.blocking.serveReady();
    };
  }

  get limits(): EncodingLimits {
    return this.parameters.limits;
  }

  get requiresPassword(): boolean {
    return !(this.acl.default.enabled && this.acl.default.noPassword);
  }

  /** `min-replicas-to-write`: whether there are fewer. */
  get lacksReplicas(): boolean {
    const { fewestReplicas, replicaLag } = this.parameters;
    return fewestReplicas > 0 && replicaLag > 0 && this.replication.good(replicaLag) < fewestReplicas;
  }

  /** Joins a client. Its replies that are not answers go to `output`. */
  connect(address: ClientAddress, output: SessionOutput): Session {
    const session = new Session(this, this.clients.nextId(), address, output);
    this.clients.byId.set(session.id, session);
    this.counters.connections += 1;
    return session;
  }

  /** Lets a client go: ends its wait, its watches and its subscriptions. */
  disconnect(client: Client): void {
    if (!this.clients.byId.delete(client.id)) return;
    client.closed = true;
    this.blocking.forget(client);
    this.tracking.disable(client);
    this.clients.limits.forget(client);
    this.monitors.remove(client);
    client.discardTransaction();
    this.pubsub.leave(client);
    this.clients.memory.forget(client);
    this.replication.leave(client);
  }

  execute(client: Client, name: string, args: readonly string[]): Reply | NoReply {
    return this.executor.execute(client, name, args);
  }

  accessStamp(entry?: Entry): number {
    return this.memory.access.stamp(entry);
  }

  resetStatistics(): void {
    this.counters.reset();
    this.clients.memory.evicted = 0;
    Object.assign(this.acl.log.refused, { command: 0, key: 0, channel: 0, auth: 0 });
    Object.assign(this.keyspace.stats, { hits: 0, misses: 0, expired: 0, expiredFields: 0, evicted: 0, lazyFreed: 0 });
    for (const { stats } of this.commands.used())
      Object.assign(stats, { calls: 0, microseconds: 0, rejected: 0, failed: 0, histogram: undefined });
  }

  internalError(command: string, failure: unknown): ErrorReply {
    this.#onInternalError(failure, command);
    const text = failure instanceof Error ? failure.message : String(failure);
    return error(`internal error in '${command}': ${text.replace(/[\r\n]+/g, ' ')}`);
  }

  /** Stops timers; sessions are closed by those who opened them. */
  close(): void {
    this.keyspace.disarmExpiry();
    this.replication.close();
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
