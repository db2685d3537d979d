import type { Acl } from '../acl/acl';
import type { Clock, Microseconds } from '../clock';
import type { ClusterNode } from '../cluster/cluster-node';
import type { CommandTable } from '../command/table';
import type { Parameters } from '../config/parameters';
import type { EffectLog } from '../effects/effect-log';
import type { EncodingLimits, Entry } from '../keyspace/entry';
import type { Keyspace } from '../keyspace/keyspace';
import type { Memory } from '../keyspace/memory';
import type { ErrorReply } from '../protocol/reply';
import type { RedisVersion } from '../redis-version';
import type { PubSub } from '../pubsub/pubsub';
import type { FunctionLibraries } from '../scripting/function-libraries';
import type { Blocking } from '../session/blocking';
import type { Clients } from '../session/clients';
import type { Monitors } from '../session/monitors';
import type { Pausing } from '../session/pausing';
import type { SlowLog } from '../session/slow-log';
import type { Tracking } from '../session/tracking';
import type { Replication } from '../replication/replication';
import type { Counters } from '../statistics/counters';
import type { Latency } from '../statistics/latency';
import type { Interference } from './interference';
import type { CommandRunner, ScriptCommands } from './ports';
import type { SaveHooks } from './save-hooks';

/** What is turned on and off while an engine runs. */
export interface Switches {
  /** Answers LOADING while a snapshot is being restored. */
  loading: boolean;
  /** What writes are answered while what they change cannot be written down. */
  writesRefused: ErrorReply | undefined;
  /** DEBUG SET-SKIP-CHECKSUM-VALIDATION: whether RESTORE takes payloads with a wrong checksum. */
  skipsChecksums: boolean;
  /** DEBUG SET-DISABLE-DENY-SCRIPTS: whether scripts may run what is denied to them. */
  scriptsMayRunAll: boolean;
  /** Set while a test disturbs commands on purpose. */
  interference: Interference | undefined;
}

/** What whoever runs an engine does for it. */
export interface Host {
  /** Set once the snapshot module is there. */
  saveHooks: SaveHooks | undefined;
  /** What SHUTDOWN does; without it the command is refused. */
  onShutdown: (() => void) | undefined;
  /** Where a listener serves this engine; port 0 = nowhere. */
  listening: { readonly host: string; readonly port: number };
  /** Whether AUTH lets everybody in while neither a password nor users are configured; Redis would not. */
  readonly acceptsAnyCredentials: boolean;
}

/** How an engine is told from others. */
export interface Identity {
  /** Random and new for every engine, as Redis' run id. */
  readonly runId: string;
  /** Random; DEBUG CHANGE-REPL-ID changes it. */
  replicationId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** What commands work with: all of an engine that a handler may touch. */
export interface Services {
  /** The Redis it is. Texts compare as versions: `version >= '7.4'`. */
  readonly version: RedisVersion;
  /** How this version shows a double. */
  readonly formatDouble: (value: number) => string;
  readonly clock: Clock;
  readonly microseconds: Microseconds;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  readonly keyspace: Keyspace;
  readonly memory: Memory;
  /** Redis' limits between compact and general encodings, changed by CONFIG SET. */
  readonly limits: EncodingLimits;
  readonly commands: CommandTable;
  readonly acl: Acl;
  readonly parameters: Parameters;
  /** Whether a new client has to say who it is. */
  readonly requiresPassword: boolean;
  readonly clients: Clients;
  readonly blocking: Blocking;
  readonly tracking: Tracking;
  readonly pausing: Pausing;
  readonly monitors: Monitors;
  readonly pubsub: PubSub;
  /** Set while it answers as the one node of a cluster. */
  readonly cluster: ClusterNode | undefined;
  /** What commands change, for those who follow it. */
  readonly effects: EffectLog;
  /** Those who get all of the data, and whatever changes. */
  readonly replication: Replication;
  readonly executor: CommandRunner;
  readonly scripts: ScriptCommands;
  /** Function libraries; kept by snapshots. */
  readonly libraries: FunctionLibraries;
  readonly slowLog: SlowLog;
  readonly latency: Latency;
  readonly counters: Counters;
  readonly switches: Switches;
  readonly host: Host;
  readonly identity: Identity;
  /** What an access writes into an entry, so that OBJECT IDLETIME, OBJECT FREQ and eviction know. */
  accessStamp(entry?: Entry): number;
  /** CONFIG RESETSTAT. */
  resetStatistics(): void;
  /** Turns a defect of ours into an error reply, so that one command fails and the process lives on. */
  internalError(command: string, failure: unknown): ErrorReply;
}
