import {
  error,
  LOADING,
  NO_AUTH,
  NOT_ENOUGH_REPLICAS,
  NOT_ALLOWED_IN_MULTI,
  OUT_OF_MEMORY,
  unknownCommand,
  unknownSubcommand,
  wrongArity,
} from '../command/errors';
import type { Refusal } from '../acl/acl';
import type { DenialContext } from '../acl/acl-log';
import { describeClient } from '../session/describe-client';
import { type CommandRecord, type ContainerRecord, takes } from '../command/table';
import type { Engine } from '../engine';
import { ErrorReply, QUEUED, type Reply } from '../protocol/reply';
import type { BlockedCommand, Session } from '../session/client';
import { LatencyHistogram } from '../statistics/latency-histogram';
import { Block, NO_REPLY, type NoReply } from '../command/answers';
import { filterReply } from '../session/reply-mode';

const MONITORS_ONLY_WATCH = error("Replica can't interact with the keyspace");

/** Runs commands: the one gate every command passes, in Redis' order of checks, and what follows every command. */
export class Executor {
  constructor(private readonly engine: Engine) {}

  /**
   * Runs one command of a client.
   * @returns the reply, or `NO_REPLY` when there is none to send now (blocked, CLIENT REPLY, pushes sent instead)
   */
  execute(session: Session, name: string, args: readonly string[]): Reply | NoReply {
    const { tracking, blocking, interference } = this.engine;
    if (interference !== undefined) {
      const disturbed = interference.apply(session, name, args);
      if (disturbed !== undefined) return disturbed;
    }
    if (tracking.clients > 0) tracking.writer = session;
    const reply = this.#dispatch(session, name, args);
    blocking.serveReady();
    if (session.tracking?.caching === true) tracking.consumeCaching(session);
    return session.replyMode === 'on' ? reply : filterReply(session, reply);
  }

  /**
   * Runs one command to its end without asking the gate: for EXEC, scripts and resumed commands.
   * @param name as the client wrote it
   */
  call(
    session: Session,
    record: CommandRecord,
    args: readonly string[],
    name: string,
    fromScript = false,
  ): Reply | Block | NoReply {
    const { context } = session;
    const { engine } = this;
    const { monitors, latency } = engine;
    const started = performance.now();
    context.typedName = name;
    engine.memory.access.time = started;
    // What runs other commands is shown before them.
    if (record.skipMonitor) {
      context.runningScript = { record, args };
      if (monitors.active) monitors.show(session, record, name, args, fromScript);
    }
    let reply: Reply | Block | NoReply;
    try {
      reply = record.definition.run(context, args);
    } catch (failure) {
      reply = failure instanceof ErrorReply ? failure : engine.internalError(record.fullName, failure);
    }
    context.settle();
    session.lastInteraction = started;
    const microseconds = (performance.now() - started) * 1000;
    engine.stats.commands += 1;
    record.stats.calls += 1;
    if (microseconds >= latency.thresholdMicroseconds) {
      latency.add(record.fast ? 'fast-command' : 'command', microseconds, engine.clock.now());
    }
    // A command that waits is not over yet.
    if (!(reply instanceof Block)) {
      this.#measure(record, microseconds);
      this.#logIfSlow(session, record, args, name, microseconds);
    }
    if (reply instanceof ErrorReply) {
      record.stats.failed += 1;
      engine.countError(reply);
    }
    // A script that reads anything counts as having read the keys it was given.
    if (session.tracking !== undefined && record.readOnly && !record.skipMonitor) {
      const { runningScript } = context;
      if (!fromScript) engine.tracking.remember(session, record, args);
      else if (runningScript !== undefined) engine.tracking.remember(session, runningScript.record, runningScript.args);
    }
    if (monitors.active && !record.skipMonitor) monitors.show(session, record, name, args, fromScript);
    return reply;
  }

  /** Counts what a command that waited took, its wait included. */
  measureWait(session: Session, { record, args, name, since }: BlockedCommand): void {
    const microseconds = (performance.now() - since) * 1000;
    this.#measure(record, microseconds);
    this.#logIfSlow(session, record, args, name, microseconds);
  }

  #measure({ stats }: CommandRecord, microseconds: number): void {
    stats.microseconds += microseconds;
    if (this.engine.latency.tracksCommands) (stats.histogram ??= new LatencyHistogram()).record(microseconds);
  }

  #logIfSlow(
    session: Session,
    record: CommandRecord,
    args: readonly string[],
    name: string,
    microseconds: number,
  ): void {
    const { slowLog } = this.engine;
    if (microseconds >= slowLog.threshold && !record.skipSlowLog)
      slowLog.add(session, record, name, args, microseconds);
  }

  /** Finds what a command line names. @throws the error reply of an unknown command or a wrong arity */
  resolve(name: string, args: readonly string[]): CommandRecord {
    const record = this.#find(name, args);
    checkArity(record, args);
    return record;
  }

  #find(name: string, args: readonly string[]): CommandRecord {
    const entry = this.engine.commands.get(name);
    if (entry === undefined) throw unknownCommand(name, args);
    return 'container' in entry ? resolveSubcommand(entry, args) : entry;
  }

  /** Answers a command whose arguments were not kept, for want of memory. */
  refuseUnread(session: Session, name: string): ErrorReply {
    const reply = isExec(name) ? refuseExec(session, OUT_OF_MEMORY) : OUT_OF_MEMORY;
    if (session.transaction !== undefined) session.transaction.aborted = true;
    this.engine.countError(reply);
    return reply;
  }

  #dispatch(session: Session, name: string, args: readonly string[]): Reply | NoReply {
    const { engine } = this;
    session.context.resetClock();
    let record: CommandRecord | undefined;
    session.lastCommand = undefined;
    try {
      record = this.#find(name, args);
      session.lastCommand = record.fullName;
      checkArity(record, args);
      this.#admit(session, record, args);
    } catch (refusal) {
      if (!(refusal instanceof ErrorReply)) throw refusal;
      if (record !== undefined) record.stats.rejected += 1;
      const reply = isExec(name) ? refuseExec(session, refusal) : refusal;
      if (session.transaction !== undefined) session.transaction.aborted = true;
      engine.countError(reply);
      return reply;
    }
    if (engine.cluster !== undefined) {
      const refusal = engine.cluster.refuse(session, record, args);
      if (refusal !== undefined) return this.#refuseOnCluster(session, record, refusal);
    }
    if (engine.pausing.active && engine.pausing.postpone(session, record, name, args)) return NO_REPLY;
    const { transaction } = session;
    if (transaction !== undefined && !record.runsInMulti) {
      transaction.add({ record, args, name });
      engine.clientMemory.update(session);
      return QUEUED;
    }
    const { tracking } = engine;
    const { executing } = tracking;
    tracking.executing = session;
    const reply = this.call(session, record, args, name);
    tracking.executing = executing;
    if (!(reply instanceof Block)) return reply;
    engine.blocking.block(session, { record, args, name }, reply);
    return NO_REPLY;
  }

  #refuseOnCluster(session: Session, record: CommandRecord, refusal: ErrorReply): ErrorReply {
    if (record.fullName === 'exec') session.discardTransaction();
    else if (session.transaction !== undefined) session.transaction.aborted = true;
    record.stats.rejected += 1;
    this.engine.countError(refusal);
    return refusal;
  }

  /** Asks the ACL, and logs what it refuses. */
  refuse(
    session: Session,
    record: CommandRecord,
    args: readonly string[],
    context: DenialContext,
  ): Refusal | undefined {
    const { acl, clock } = this.engine;
    const refusal = acl.check(session.user, record, args);
    if (refusal !== undefined)
      acl.log.add({ ...refusal, context, user: session.user.name }, clock.now(), describeClient(session));
    return refusal;
  }

  /** The checks before a command may run, in the order of Redis' processCommand. */
  #admit(session: Session, record: CommandRecord, args: readonly string[]): void {
    const { engine } = this;
    if (!session.authenticated && !record.noAuth) throw NO_AUTH;
    const inMulti = session.transaction !== undefined;
    if (inMulti && record.noMulti) throw NOT_ALLOWED_IN_MULTI;
    if (!session.user.unrestricted) {
      const refusal = this.refuse(session, record, args, inMulti ? 'multi' : 'toplevel');
      if (refusal !== undefined) throw noPermission(refusal);
    }
    const asks = usesMemory(session, record);
    if ((asks || engine.memory.evicts) && !engine.memory.makeRoom() && asks) throw OUT_OF_MEMORY;
    if (engine.lacksReplicas && mayWrite(session, record)) throw NOT_ENOUGH_REPLICAS;
    if (session.resp === 2 && session.subscriptions > 0 && !record.whileSubscribed) {
      throw error(
        `Can't execute '${record.fullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
      );
    }
    if (engine.loading && !record.loading) throw LOADING;
    if (session.monitoring && usesKeyspace(session, record)) throw MONITORS_ONLY_WATCH;
  }
}

/** Whether a command is refused when the memory is full: a transaction is as a whole, and grows no more. */
function usesMemory({ transaction }: Session, { denyOom, fullName, runsInMulti }: CommandRecord): boolean {
  if (denyOom || transaction === undefined) return denyOom;
  return fullName === 'exec' ? transaction.queue.some(({ record }) => record.denyOom) : !runsInMulti;
}

/** Whether a command reads or changes anything, or publishes. */
function usesKeyspace(session: Session, record: CommandRecord): boolean {
  return record.readOnly || mayWrite(session, record) || record.definition.flags.includes('may_replicate');
}

function mayWrite({ transaction }: Session, { write, fullName }: CommandRecord): boolean {
  return write || (fullName === 'exec' && transaction?.queue.some((queued) => queued.record.write) === true);
}

const PLURAL: Record<'key' | 'channel', string> = { key: 'keys', channel: 'channels' };

function noPermission({ reason, object }: Refusal): ErrorReply {
  return new ErrorReply(
    reason === 'command'
      ? `NOPERM this user has no permissions to run the '${object}' command`
      : `NOPERM this user has no permissions to access one of the ${PLURAL[reason]} used as arguments`,
  );
}

function checkArity(record: CommandRecord, args: readonly string[]): void {
  if (!takes(record, args.length)) throw wrongArity(record.fullName);
}

function resolveSubcommand(entry: ContainerRecord, args: readonly string[]): CommandRecord {
  const [name] = args;
  if (name === undefined) {
    if (entry.bare === undefined) throw wrongArity(entry.container.name);
    return entry.bare;
  }
  const record = entry.subcommands.get(name.toLowerCase());
  if (record === undefined) throw unknownSubcommand(entry.container.name, name);
  return record;
}

function isExec(name: string): boolean {
  return name.length === 4 && name.toLowerCase() === 'exec';
}

/** A refused EXEC ends the transaction, and says why it was refused. */
function refuseExec(session: Session, refusal: ErrorReply): ErrorReply {
  session.discardTransaction();
  return new ErrorReply(`EXECABORT Transaction discarded because of: ${refusal.text.replace(/^ERR /, '')}`);
}
