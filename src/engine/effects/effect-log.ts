import { Block, NoReply } from '../command/answers';
import type { AnyCommand, EffectCall } from '../command/definition';
import type { Keyspace } from '../keyspace/keyspace';
import { ErrorReply, type Reply } from '../protocol/reply';
import type { Client } from '../session/client';
import type { QueuedCommand } from '../session/transaction';

/** A command line: the name and its arguments, as latin1 strings. */
export type EffectLine = readonly string[];

/** What one command changed, as a command that gives the same result anywhere and at any time. */
export interface Effect {
  /** The logical database it is about. */
  readonly database: number;
  readonly line: EffectLine;
  /** The command's time, milliseconds since the epoch: by it deadlines are in the future or past. */
  readonly time: number;
  /** A message, which changes nothing that is stored: a journal leaves it out. */
  readonly live: boolean;
}

/** Hears of effects; what belongs together (one command, EXEC, a script) comes together, and must be applied together. */
export type EffectListener = (unit: readonly Effect[]) => void;

/**
 * The stream of what commands changed: relative times are absolute in it, random choices named, keys that expired or were
 * evicted are DEL. Costs one comparison per command while nobody listens.
 */
export class EffectLog {
  /** Whether anybody listens. */
  active = false;
  readonly #listeners = new Set<EffectListener>();
  #unit: Effect[] = [];
  #depth = 0;

  constructor(private readonly keyspace: Pick<Keyspace, 'dirty'>) {}

  /** Hears of everything from now on. @returns what ends that */
  listen(listener: EffectListener): () => void {
    this.#listeners.add(listener);
    this.active = true;
    return () => {
      this.#listeners.delete(listener);
      this.active = this.#listeners.size > 0;
    };
  }

  /** Begins what belongs together; units may be nested. */
  begin(): void {
    this.#depth += 1;
  }

  /** Ends what `begin` began; listeners hear of the outermost. */
  end(): void {
    this.#depth -= 1;
    if (this.#depth === 0) this.#publish();
  }

  /**
   * Adds what a command changed, if it did.
   * @param reply undefined = it goes on waiting
   * @param dirty the keyspace's count of changes before the command
   */
  note(
    { context, database }: Client,
    { record: { definition }, args, name }: QueuedCommand,
    reply: Reply | Block | NoReply | undefined,
    dirty: number,
  ): void {
    const told = context.takeEffects();
    if (!this.active || reply instanceof Block) return;
    const isForced = definition.alwaysEffective !== undefined && !(reply instanceof ErrorReply);
    if (this.keyspace.dirty === dirty && !isForced && told === undefined) return;
    const { now } = context;
    const isLive = definition.alwaysEffective === 'live';
    if (definition.effects === undefined) {
      this.add(database.index, [name, ...args], now, isLive);
      return;
    }
    const answer = reply === undefined || reply instanceof NoReply ? null : reply;
    for (const line of linesOf(definition.effects, { args, reply: answer, now, name }, told))
      this.add(database.index, line, now, isLive);
  }

  /** Adds an effect to the unit that is open, or makes one of its own. */
  add(database: number, line: EffectLine, time: number, live = false): void {
    if (!this.active) return;
    this.#unit.push({ database, line, time, live });
    if (this.#depth === 0) this.#publish();
  }

  #publish(): void {
    if (this.#unit.length === 0) return;
    const unit = this.#unit;
    this.#unit = [];
    for (const listener of this.#listeners) listener(unit);
  }
}

/**
 * The lines of one call that changed something.
 * @param told what its handler said
 */
function linesOf(
  effects: NonNullable<AnyCommand['effects']>,
  call: EffectCall,
  told: readonly EffectLine[] = [],
): readonly EffectLine[] {
  if (effects === 'none') return [];
  return effects === 'told' ? told : effects(call);
}
