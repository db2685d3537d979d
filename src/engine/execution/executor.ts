import type { Acl, Refusal } from '../acl/acl';
import type { DenialContext } from '../acl/acl-log';
import { noPermission } from '../acl/refusal-text';
import type { Clock } from '../clock';
import type { ClusterNode } from '../cluster/cluster-node';
import { Block, NO_REPLY, type NoReply } from '../command/answers';
import {
  error,
  LOADING,
  NO_AUTH,
  NOT_ALLOWED_IN_MULTI,
  NOT_ENOUGH_REPLICAS,
  OUT_OF_MEMORY,
  wrongArity,
} from '../command/errors';
import { type CommandRecord, type CommandTable, takes, unnamed } from '../command/table';
import type { EffectLog } from '../effects/effect-log';
import type { ReplyGate } from '../effects/reply-gate';
import type { Keyspace } from '../keyspace/keyspace';
import type { Memory } from '../keyspace/memory';
import { ErrorReply, QUEUED, type Reply } from '../protocol/reply';
import type { Blocking } from '../session/blocking';
import type { BlockedCommand, Client } from '../session/client';
import type { Clients } from '../session/clients';
import { describeClient } from '../session/describe-client';
import type { Monitors } from '../session/monitors';
import type { Pausing } from '../session/pausing';
import { filterReply } from '../session/reply-mode';
import type { SlowLog } from '../session/slow-log';
import type { Tracking } from '../session/tracking';
import type { Counters } from '../statistics/counters';
import type { Latency } from '../statistics/latency';
import { LatencyHistogram } from '../statistics/latency-histogram';
import { mayWrite, usesKeyspace, usesMemory } from './command-needs';
import type { CommandRunner } from './ports';
import { isExec, refuseExec } from './refuse-exec';
import type { ScriptTime } from './script-time';
import type { Switches } from './services';

const MONITORS_ONLY_WATCH = error("Replica can't interact with the keyspace");

/** What the gate asks, and what follows every command. */
export interface ExecutorParts {
  readonly clock: Clock;
  readonly keyspace: Pick<Keyspace, 'dirty'>;
  readonly memory: Memory;
  readonly commands: CommandTable;
  readonly acl: Acl;
  readonly clients: Clients;
  readonly effects: EffectLog;
  /** How long the stream for replicas is. */
  readonly replication: { readonly offset: number };
  readonly gate: Pick<ReplyGate, 'enter' | 'leave'>;
  readonly blocking: Blocking;
  readonly tracking: Tracking;
  readonly pausing: Pausing;
  readonly monitors: Monitors;
  readonly cluster: ClusterNode | undefined;
  readonly slowLog: SlowLog;
  readonly latency: Latency;
  readonly counters: Counters;
  readonly switches: Switches;
  /** Whether writes are refused for want of replicas. */
  readonly lacksReplicas: boolean;
  internalError(command: string, failure: unknown): ErrorReply;
}

/** Runs commands: the one gate every command passes, in Redis' order of checks, and what follows every command. */
export class Executor implements CommandRunner {
  constructor(private readonly parts: ExecutorParts) {}

  /**
   * Runs one command of a client.
   * @returns the reply, or `NO_REPLY` when there is none to send now (blocked, CLIENT REPLY, pushes sent instead)
   */
  execute(client: Client, name: string, args: readonly string[]): Reply | NoReply {
    const { effects, gate } = this.parts;
    if (!effects.active) return this.#execute(client, name, args);
    // Messages leave while a command runs, before anybody knows that it changes something.
    gate.enter();
    try {
      return this.#execute(client, name, args);
    } finally {
      gate.leave();
    }
  }

  #execute(client: Client, name: string, args: readonly string[]): Reply | NoReply {
    const { tracking, blocking, switches } = this.parts;
    const { interference } = switches;
    if (interference !== undefined) {
      const disturbed = interference.apply(client, name, args);
      if (disturbed !== undefined) return disturbed;
    }
    if (tracking.clients > 0) tracking.writer = client;
    client.hearsLater = client.repliesFirst;
    const reply = this.#dispatch(client, name, args);
    client.hearsLater = true;
    blocking.serveReady();
    client.hearsLater = false;
    if (client.tracking?.caching === true) tracking.consumeCaching(client);
    return client.replyMode === 'on' ? reply : filterReply(client, reply);
  }

  /**
   * Runs one command to its end without asking the gate: for EXEC, scripts and resumed commands.
   * @param name as the client wrote it
   */
  call(
    client: Client,
    record: CommandRecord,
    args: readonly string[],
    name: string,
    script?: ScriptTime,
  ): Reply | Block | NoReply {
    const { context } = client;
    const { parts } = this;
    const { monitors, latency, effects } = parts;
    const { dirty } = parts.keyspace;
    const started = script === undefined ? performance.now() : script.begin();
    const fromScript = script !== undefined;
    context.typedName = name;
    parts.memory.access.time = started;
    // What runs other commands is shown before them.
    if (record.skipMonitor) {
      context.runningScript = { record, args };
      if (monitors.active) monitors.show(client, record, name, args, fromScript);
    }
    let reply: Reply | Block | NoReply;
    try {
      reply = record.definition.run(context, args);
    } catch (failure) {
      reply = failure instanceof ErrorReply ? failure : parts.internalError(record.fullName, failure);
    }
    context.settle();
    if (effects.active) effects.note(client, { record, args, name }, reply, dirty);
    client.lastInteraction = started;
    const ended = performance.now();
    script?.end(ended);
    const microseconds = (ended - started) * 1000;
    if (microseconds >= latency.thresholdMicroseconds) {
      latency.add(record.fast ? 'fast-command' : 'command', microseconds, parts.clock.now());
    }
    // A command that waits is not over yet; before 7.2 it counted as one already.
    if (!(reply instanceof Block) || client.version < '7.2') this.#count(record);
    if (reply instanceof Block) reply.computed += microseconds;
    else this.#measure(client, record, args, name, microseconds);
    if (reply instanceof ErrorReply) {
      record.stats.failed += 1;
      parts.counters.countError(reply);
    }
    // A script that reads anything counts as having read the keys it was given.
    if (client.tracking !== undefined && record.readOnly && !record.skipMonitor) {
      // Since 7.2 a script counts as reading what it reads, not what it names.
      const reading = fromScript && client.version < '7.2' ? context.runningScript : { record, args };
      if (reading !== undefined) parts.tracking.remember(client, reading.record, reading.args);
    }
    if (record.skipMonitor) context.runningScript = undefined;
    else if (monitors.active) monitors.show(client, record, name, args, fromScript);
    return reply;
  }

  /** Counts what a command that waited took, but for the wait. */
  measureWait(client: Client, { record, args, name, block }: BlockedCommand): void {
    if (client.version >= '7.2') this.#count(record);
    this.#measure(client, record, args, name, block.computed);
  }

  /** The gate once more: since 7.2 a command that waited is run anew, with the permissions and the memory there are then. */
  refuseResumed(client: Client, { record, args }: BlockedCommand): ErrorReply | undefined {
    if (client.version < '7.2') return undefined;
    try {
      this.#admit(client, record, args);
      return undefined;
    } catch (refusal) {
      if (!(refusal instanceof ErrorReply)) throw refusal;
      record.stats.rejected += 1;
      this.parts.counters.countError(refusal);
      return refusal;
    }
  }

  #count({ stats }: CommandRecord): void {
    this.parts.counters.commands += 1;
    stats.calls += 1;
  }

  /** Adds up what a command took, and logs it if that was much. */
  #measure(client: Client, record: CommandRecord, args: readonly string[], name: string, microseconds: number): void {
    const { slowLog, latency } = this.parts;
    record.stats.microseconds += microseconds;
    if (latency.tracksCommands) (record.stats.histogram ??= new LatencyHistogram()).record(microseconds);
    if (microseconds >= slowLog.threshold && !record.skipSlowLog)
      slowLog.add(client, record, name, args, microseconds, this.parts.clock.now());
  }

  /** Answers a command whose arguments were not kept, for want of memory. */
  refuseUnread(client: Client, name: string): ErrorReply {
    const reply = isExec(name) ? refuseExec(client, OUT_OF_MEMORY) : OUT_OF_MEMORY;
    if (client.transaction !== undefined) client.transaction.aborted = true;
    this.parts.counters.countError(reply);
    return reply;
  }

  #find(name: string, args: readonly string[]): CommandRecord {
    const record = this.parts.commands.locate(name, args);
    if (typeof record === 'string') throw unnamed(record, name, args);
    return record;
  }

  #dispatch(client: Client, name: string, args: readonly string[]): Reply | NoReply {
    const { parts } = this;
    client.context.resetClock();
    let record: CommandRecord | undefined;
    client.lastCommand = undefined;
    try {
      record = this.#find(name, args);
      client.lastCommand = record.fullName;
      if (!takes(record, args.length)) throw wrongArity(record.fullName);
      this.#admit(client, record, args);
    } catch (refusal) {
      if (!(refusal instanceof ErrorReply)) throw refusal;
      if (record !== undefined) record.stats.rejected += 1;
      const reply = isExec(name) ? refuseExec(client, refusal) : refusal;
      if (client.transaction !== undefined) client.transaction.aborted = true;
      parts.counters.countError(reply);
      return reply;
    }
    if (parts.cluster !== undefined) {
      const refusal = parts.cluster.refuse(client, record, args);
      if (refusal !== undefined) return this.#refuseOnCluster(client, record, refusal);
    }
    if (parts.pausing.active && parts.pausing.postpone(client, record, name, args)) return NO_REPLY;
    const { transaction } = client;
    if (transaction !== undefined && !record.runsInMulti) {
      transaction.add({ record, args, name });
      parts.clients.memory.update(client);
      return QUEUED;
    }
    const { tracking, effects } = parts;
    const { executing } = tracking;
    tracking.executing = client;
    const { active } = effects; // nobody listens to most engines
    const together = active && record.definition.meetsAnyKey !== true;
    if (together) effects.begin();
    parts.memory.heapRoom.begin();
    const reply = this.call(client, record, args, name);
    if (together) effects.end();
    if (active) client.streamOffset = parts.replication.offset;
    tracking.executing = executing;
    if (!(reply instanceof Block)) return reply;
    parts.blocking.block(client, { record, args, name }, reply);
    return NO_REPLY;
  }

  #refuseOnCluster(client: Client, record: CommandRecord, refusal: ErrorReply): ErrorReply {
    if (record.fullName === 'exec') client.discardTransaction();
    else if (client.transaction !== undefined) client.transaction.aborted = true;
    record.stats.rejected += 1;
    this.parts.counters.countError(refusal);
    return refusal;
  }

  /** Asks the ACL, and logs what it refuses. */
  refuse(client: Client, record: CommandRecord, args: readonly string[], context: DenialContext): Refusal | undefined {
    const { acl, clock } = this.parts;
    const refusal = acl.check(client.user, record, args);
    if (refusal !== undefined)
      acl.log.add({ ...refusal, context, user: client.user.name }, clock.now(), describeClient(client));
    return refusal;
  }

  /** The checks before a command may run, in the order of Redis' processCommand. */
  #admit(client: Client, record: CommandRecord, args: readonly string[]): void {
    const { parts } = this;
    if (!client.authenticated && !record.noAuth) throw NO_AUTH;
    const inMulti = client.transaction !== undefined;
    if (inMulti && record.noMulti) throw NOT_ALLOWED_IN_MULTI;
    if (!client.user.unrestricted) {
      const refusal = this.refuse(client, record, args, inMulti ? 'multi' : 'toplevel');
      if (refusal !== undefined) throw noPermission(parts.commands.version, client.user.name, refusal);
    }
    const asks = usesMemory(client, record);
    const isFull = (asks || parts.memory.evicts) && !parts.memory.makeRoom();
    // In a pause nothing is evicted, and what may write waits until there can be.
    if (isFull && asks && !parts.pausing.active) throw OUT_OF_MEMORY;
    if (parts.lacksReplicas && mayWrite(client, record)) throw NOT_ENOUGH_REPLICAS;
    if (parts.switches.writesRefused !== undefined && mayWrite(client, record)) throw parts.switches.writesRefused;
    if (client.resp === 2 && client.subscriptions > 0 && !record.whileSubscribed) {
      throw error(
        `Can't execute '${record.fullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
      );
    }
    if (parts.switches.loading && !record.loading) throw LOADING;
    if ((client.monitoring || client.replication !== undefined) && usesKeyspace(client, record))
      throw MONITORS_ONLY_WATCH;
  }
}
