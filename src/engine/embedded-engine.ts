import { ClusterNode } from './cluster/cluster-node';
import type { CommandStats } from './command/table';
import { RespConnection } from './connection/resp-connection';
import type { Transport } from './connection/transport';
import type { ReplyGate } from './effects/reply-gate';
import { Engine, type EngineOptions } from './engine';
import { type Disturber, Interference } from './execution/interference';
import type { Host } from './execution/services';
import type { Session } from './execution/session';
import type { RdbFileHead } from './rdb/file/rdb-file-writer';
import type { RedisVersion } from './redis-version';
import type { ClientAddress } from './session/output';
import { copyData, type EngineData, replaceData } from './snapshot/copy-data';
import type { KeyReader } from './snapshot/key-reader';
import type { KeyWriter } from './snapshot/key-writer';
import type { SnapshotSource } from './snapshot/source';
import { SnapshotTracker } from './snapshot/tracker';

const machinery = () => require('./snapshot/machinery') as typeof import('./snapshot/machinery');
const reading = () => require('./snapshot/key-reader') as typeof import('./snapshot/key-reader');
const writing = () => require('./snapshot/key-writer') as typeof import('./snapshot/key-writer');

/** What an engine counts anyway, for INFO. */
export interface EngineFigures {
  /** What the keys take, with all that belongs to them. */
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  /** In all databases. */
  readonly keys: number;
  /** Those that clients see. */
  readonly clients: number;
  /** Those that follow what changes. */
  readonly replicas: number;
  /** Bytes of changes that the slowest of them has not acknowledged; 0 without one. */
  readonly replicaLagBytes: number;
  /** Of the commands that were asked for, by their full names, `client|list`. */
  readonly commands: readonly (readonly [name: string, stats: Readonly<CommandStats>])[];
}

/** An engine as those see it who embed it: they join clients, keep its data and say how it is doing. */
export class EmbeddedEngine {
  /** What those do for it who embed it: SAVE, SHUTDOWN, where it listens. */
  readonly host: Host;
  /** The Redis it is. */
  readonly version: RedisVersion;
  /** The door of those who keep its data. */
  readonly snapshots: SnapshotSource;
  /** Holds what leaves the engine while something it may tell of is not synced. */
  readonly gate: ReplyGate;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.host = engine.host;
    this.gate = engine.gate;
    this.version = engine.version;
    this.snapshots = new SnapshotTracker(engine);
    const parts = {
      snapshots: this.snapshots,
      limits: engine.limits,
      head: () => headOf(engine),
    };
    engine.replication.readImage = (wanted, atThatMoment) => machinery().readRdbImage(parts, wanted, atThatMoment);
  }

  /** Joins a client that speaks RESP. */
  connect(address: ClientAddress, transport: Transport): RespConnection {
    return new RespConnection(this.#engine, address, transport);
  }

  /** Joins a client that came by a way of its own: no password, nothing forbidden, whatever is set. `admit` is not for it. */
  connectTrusted(address: ClientAddress, transport: Transport): RespConnection {
    const connection = this.connect(address, transport);
    connection.session.trust();
    return connection;
  }

  /** Whether `maxclients` leaves room for one more client; one that has to stay outside is counted. */
  admit(): boolean {
    const { clients, counters, parameters } = this.#engine;
    const { maxClients } = parameters;
    if (clients.byId.size < maxClients || clients.visible().length < maxClients) return true;
    counters.rejectedConnections += 1;
    return false;
  }

  /** Closes the connections of all clients. @param but of all but this one */
  disconnectAll(but?: Session): void {
    for (const client of [...this.#engine.clients.byId.values()]) if (client !== but) client.output.close();
  }

  /** Answers LOADING until a restore has finished. */
  holdUntilRestored(): void {
    this.#engine.switches.loading = true;
  }

  /** From now on it answers as the only node of a cluster that clients reach at this address, unless it does already. */
  becomeCluster(host: string, port: number): void {
    this.#engine.cluster ??= new ClusterNode(host, port);
  }

  /** Lets somebody disturb commands, for tests; undefined = nobody any more. */
  disturb(disturber: Disturber | undefined): void {
    const { switches } = this.#engine;
    switches.interference = disturber === undefined ? undefined : new Interference(this.#engine, disturber);
  }

  /** Whether a command may have to wait although it asks for nothing that is missing: clients are paused, or a test disturbs them. */
  get mayPostpone(): boolean {
    const { pausing, switches } = this.#engine;
    return pausing.active || switches.interference !== undefined;
  }

  statistics(): EngineFigures {
    const { memory, keyspace, clients, commands, replication } = this.#engine;
    replication.count();
    return {
      memoryBytes: memory.used,
      memoryLimitBytes: memory.limit,
      keys: keyspace.databases.reduce((sum, { dataset }) => sum + dataset.size, 0),
      clients: clients.visible().length,
      replicas: replication.followers.length,
      replicaLagBytes: replication.lag,
      commands: commands.used().map(({ fullName, stats }) => [fullName, stats]),
    };
  }

  /**
   * Reads keys of the database that a client has selected, past the commands.
   * @returns undefined when commands would not be answered at once, not be allowed, or be watched; it is good until others have their turn
   */
  keyReader(client: Session): KeyReader | undefined {
    return this.#answersAtOnce(client) ? new (reading().KeyReader)(this.#engine, client.database) : undefined;
  }

  /**
   * Writes keys to the database that a client has selected, past the commands.
   * @returns undefined as `keyReader` does, and when somebody listens to what changes; it is good until others have their turn
   */
  keyWriter(client: Session): KeyWriter | undefined {
    const { effects, cluster, switches, lacksReplicas } = this.#engine;
    if (effects.active || cluster !== undefined || switches.writesRefused !== undefined || lacksReplicas)
      return undefined;
    return this.#answersAtOnce(client) ? new (writing().KeyWriter)(this.#engine, client) : undefined;
  }

  /** Whether commands of a client would be answered at once, and nobody is to see them. */
  #answersAtOnce(client: Session): boolean {
    const { monitors, switches } = this.#engine;
    if (monitors.active || switches.loading || this.mayPostpone) return false;
    return !this.gate.closed && client.authenticated && client.user.unrestricted && client.transaction === undefined;
  }

  /** Copies its data; keys whose time has come are left out. */
  copyData(): EngineData {
    return copyData(this.#engine);
  }

  /**
   * Puts copies of the data in the place of what it holds; who watches or waits for a key gets to know.
   * @throws RangeError when it has not so many databases
   */
  replaceData(data: EngineData): void {
    replaceData(this.#engine, data);
    this.#engine.replication.startOver();
  }

  /** Another engine with a copy of its data and as many databases, on the same clock and of the same version. Everything else is as `options` say. */
  fork(options: EngineOptions): EmbeddedEngine {
    const { keyspace, clock, version } = this.#engine;
    const copy = openEngine({ version, ...options, databases: keyspace.databases.length, clock });
    copy.replaceData(this.copyData());
    return copy;
  }

  /** Empties all databases and forgets scripts and functions. */
  flush(): void {
    const { keyspace, blocking, scripts, libraries } = this.#engine;
    for (const database of keyspace.databases) keyspace.flush(database);
    blocking.serveReady();
    scripts.flush();
    libraries.flush();
    this.#engine.replication.startOver();
  }

  /** Stops timers; connections are closed by those who opened them. */
  close(): void {
    this.#engine.close();
  }
}

/** What an RDB file of its data says first: the lowest version that reads all of it. */
function headOf({ keyspace, clock }: Engine): RdbFileHead {
  const timedFields = keyspace.databases.some(({ dataset }) => dataset.fieldExpiries.size > 0);
  return { redisVersion: timedFields ? '7.4.0' : '7.0.15', time: clock.now(), timedFields };
}

/** Makes an engine with no data. */
export function openEngine(options: EngineOptions = {}): EmbeddedEngine {
  return new EmbeddedEngine(new Engine(options));
}
