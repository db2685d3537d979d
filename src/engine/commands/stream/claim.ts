import type { CommandContext } from '../../execution/command-context';
import type { Reply } from '../../protocol/reply';
import type { StreamView } from '../../values/stream';
import type { Consumer, ConsumerGroup, PendingEntry } from '../../values/stream-group';
import { compareIds, formatId, LOWEST_ID, type StreamId } from '../../values/stream-id';
import { addUint64, type Uint64 } from '../../values/uint64';
import { int64, integer, integerWithin, isOption } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, printable, SYNTAX_ERROR } from '../../command/errors';
import { STREAM } from './kind';
import { activeConsumer, editGroup, existingGroup, readGroup, pendingEffect, positionEffect } from './groups';
import { parseId, rangeStart, strictId } from './ids';
import { entryOrNothing } from './replies';

const invalidArgument = (what: string, command: string) => error(`Invalid ${what} argument for ${command}`);

/** XCLAIM's options. */
interface ClaimOptions {
  /** Milliseconds since the epoch. */
  readonly deliveredAt: number;
  /** Undefined = one more than before. */
  readonly deliveries: Uint64 | undefined;
  readonly force: boolean;
  readonly justId: boolean;
  readonly lastId: StreamId;
}

/** Reads what follows the ids. @throws what is wrong with an option */
function parseOptions(options: readonly string[], now: number): ClaimOptions {
  let time: number | undefined;
  let deliveries: Uint64 | undefined;
  let force = false;
  let justId = false;
  let lastId = LOWEST_ID;
  for (let i = 0; i < options.length; i++) {
    const word = options[i] ?? '';
    const value = options[i + 1];
    if (isOption(word, 'force')) {
      force = true;
      continue;
    }
    if (isOption(word, 'justid')) {
      justId = true;
      continue;
    }
    if (value === undefined) throw unrecognized(word);
    i += 1;
    if (isOption(word, 'idle')) {
      time = now - integer(value, invalidArgument('IDLE option', 'XCLAIM'));
    } else if (isOption(word, 'time')) {
      time = integer(value, invalidArgument('TIME option', 'XCLAIM'));
    } else if (isOption(word, 'retrycount')) {
      const count = int64(value, invalidArgument('RETRYCOUNT option', 'XCLAIM'));
      deliveries = count < 0 ? undefined : count;
    } else if (isOption(word, 'lastid')) {
      lastId = strictId(value);
    } else {
      throw unrecognized(word);
    }
  }
  // A time that cannot be counts as now: clocks of clients differ.
  const deliveredAt = time === undefined || time < 0 || time > now ? now : time;
  return { deliveredAt, deliveries, force, justId, lastId };
}

const unrecognized = (word: string) => error(`Unrecognized XCLAIM option '${printable(word)}'`);

/** Claims entries for one consumer, which before 7.2 comes into being with the first. */
class Claim {
  /** Whether an effect carries the group's position. */
  tellsPosition = false;
  #consumer: Consumer | undefined;

  constructor(
    private readonly context: CommandContext,
    private readonly key: string,
    readonly group: ConsumerGroup,
    private readonly consumerName: string,
  ) {}

  /** Since 7.2 a consumer that got nothing has come into being too, of which replicas are not told. */
  end(): void {
    if (this.#consumer !== undefined || this.context.engine.version < '7.2') return;
    this.#consumer = activeConsumer(this.context, this.key, this.group, this.consumerName);
  }

  get consumer(): Consumer {
    return (this.#consumer ??= activeConsumer(this.context, this.key, this.group, this.consumerName));
  }

  /** Gives an entry to the consumer as delivered again; only looking (JUSTID) is no delivery. */
  take(entry: PendingEntry, deliveredAt: number, deliveries: Uint64 | undefined, justId: boolean): void {
    this.group.assign(entry, this.consumer);
    this.consumer.activeAt = this.context.now;
    const counted = justId ? entry.deliveries : addUint64(entry.deliveries, 1);
    this.group.redeliver(entry, deliveredAt, deliveries ?? counted);
    this.#tell(entry);
  }

  /** Drops the note of an entry that is no longer there. */
  drop(entry: PendingEntry): void {
    this.#tell(entry);
    this.group.acknowledge(entry);
  }

  #tell(entry: PendingEntry): void {
    const { context, key, group } = this;
    this.tellsPosition = true;
    if (context.tellsEffects) context.effect(pendingEffect(key, group.name, group, entry));
  }
}

/** Claims one entry if it is there and idle for long enough. @returns whether it did */
function claimOne(
  stream: StreamView,
  claim: Claim,
  id: StreamId,
  minIdle: number,
  now: number,
  options: ClaimOptions,
): boolean {
  const { group } = claim;
  if (stream.get(id) === undefined) {
    const gone = group.pending.get(id);
    if (gone !== undefined) claim.drop(gone);
    return false;
  }
  const known = group.pending.get(id);
  if (known === undefined && !options.force) return false;
  if (known !== undefined && minIdle > 0 && now - known.deliveredAt < minIdle) return false;
  claim.take(known ?? group.deliver(id, claim.consumer, now), options.deliveredAt, options.deliveries, options.justId);
  return true;
}

/** The ids before the options, which begin with the first word that is no id. */
function leadingIds(args: readonly string[]): StreamId[] {
  const ids: StreamId[] = [];
  for (const text of args) {
    const id = parseId(text);
    if (id === undefined) break;
    ids.push(id);
  }
  return ids;
}

export const xclaim = defineCommand({
  name: 'xclaim',
  arity: -6,
  flags: ['write', 'fast'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Takes over pending entries that have been idle for a time.',
  complexity: 'O(log(N)) per id, N being the number of pending entries',
  keys: [oneKey('RW UPDATE')],
  hints: ['nondeterministic_output'],
  syntax:
    'key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-milliseconds] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID id]',
  effects: 'told',
  run(context, [key, name, consumerName, minIdleText, ...rest]) {
    const { stream } = readGroup(context, key, name);
    const minIdle = integer(minIdleText, invalidArgument('min-idle-time', 'XCLAIM'));
    const ids = leadingIds(rest);
    const options = parseOptions(rest.slice(ids.length), context.now);
    const group = editGroup(context, key, name);
    const movesGroup = compareIds(options.lastId, group.lastId) > 0;
    if (movesGroup) group.lastId = options.lastId;
    const claim = new Claim(context, key, group, consumerName);
    const claimed = ids.filter((id) => claimOne(stream, claim, id, minIdle, context.now, options));
    claim.end();
    if (movesGroup && !claim.tellsPosition) context.effect(positionEffect(key, name, group));
    return claimed.map((id) => (options.justId ? formatId(id) : entryOrNothing(context, stream, id)));
  },
});

const COUNT_TOO_SMALL = error('COUNT must be > 0');
const COUNT_TOO_HIGH = error('Insufficient memory, failed allocating transient memory, COUNT too high.');
const DEFAULT_COUNT = 100;
/** So many entries are looked at for each that may be claimed. */
const ATTEMPTS_PER_ENTRY = 10;
const HIGHEST_COUNT = (2n ** 63n - 1n) / 16n;
/** Redis asks for 16 bytes per entry beforehand; more than an address space holds is refused. */
const HIGHEST_POSSIBLE_COUNT = 2 ** 43;

interface AutoClaimOptions {
  readonly count: number;
  readonly justId: boolean;
}

/** Reads `[COUNT count] [JUSTID]`. @throws syntax error, COUNT must be > 0 */
function parseAutoClaimOptions(options: readonly string[]): AutoClaimOptions {
  let count = DEFAULT_COUNT;
  let justId = false;
  for (let i = 0; i < options.length; i++) {
    const value = options[i + 1];
    if (isOption(options[i] ?? '', 'count') && value !== undefined) {
      if (int64(value, COUNT_TOO_SMALL) > HIGHEST_COUNT) throw COUNT_TOO_SMALL;
      count = integerWithin(value, 1, Infinity, COUNT_TOO_SMALL);
      i += 1;
    } else if (isOption(options[i] ?? '', 'justid')) {
      justId = true;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  return { count, justId };
}

/** What one walk over the pending entries found. */
interface Sweep {
  readonly claimed: readonly PendingEntry[];
  /** Pending entries whose stream entry is gone. */
  readonly deleted: readonly PendingEntry[];
  /** Where the next walk begins, 0-0 at the end. */
  readonly next: StreamId;
}

function sweep(
  context: CommandContext,
  stream: StreamView,
  group: ConsumerGroup,
  start: StreamId,
  minIdle: number,
  count: number,
): Sweep {
  const claimed: PendingEntry[] = [];
  const deleted: PendingEntry[] = [];
  let next = LOWEST_ID;
  let attempts = count * ATTEMPTS_PER_ENTRY;
  group.pending.visit(start, (entry) => {
    if (attempts === 0 || claimed.length + deleted.length >= count) {
      next = entry;
      return false;
    }
    attempts -= 1;
    if (stream.get(entry) === undefined) deleted.push(entry);
    else if (minIdle <= 0 || context.now - entry.deliveredAt >= minIdle) claimed.push(entry);
    return true;
  });
  return { claimed, deleted, next };
}

/** Sees to it that so many entries can be claimed and answered, before one is. @throws OOM */
function reserveClaimed(context: CommandContext, { size, bytes }: StreamView, count: number): void {
  if (size > 0) context.reserve(Math.min(count, size) * (CLAIMED_BYTES + bytes / size));
}

/** Bytes of a claimed entry in the reply, beside its fields. */
const CLAIMED_BYTES = 600;

export const xautoclaim = defineCommand({
  name: 'xautoclaim',
  arity: -6,
  flags: ['write', 'fast'],
  group: 'stream',
  since: '6.2.0',
  summary: 'Walks over the pending entries and takes over those that have been idle for a time.',
  complexity: 'O(1) if COUNT is small',
  keys: [oneKey('RW DELETE')],
  hints: ['nondeterministic_output'],
  syntax: 'key group consumer min-idle-time start:string [COUNT count] [JUSTID]',
  effects: 'told',
  run(context, [key, name, consumerName, minIdleText, startText, ...rest]) {
    // A hit or a miss is counted before the arguments are looked at, the type checked after.
    context.lookupRead(key);
    const minIdle = integer(minIdleText, invalidArgument('min-idle-time', 'XAUTOCLAIM'));
    const start = rangeStart(startText);
    const { count, justId } = parseAutoClaimOptions(rest);
    const { stream } = existingGroup(context.peek(key, STREAM), key, name);
    if (count > HIGHEST_POSSIBLE_COUNT) throw COUNT_TOO_HIGH;
    reserveClaimed(context, stream, count);
    const group = editGroup(context, key, name);
    const { claimed, deleted, next } = sweep(context, stream, group, start, minIdle, count);
    const claim = new Claim(context, key, group, consumerName);
    for (const entry of deleted) claim.drop(entry);
    for (const entry of claimed) claim.take(entry, context.now, undefined, justId);
    claim.end();
    const entries: Reply[] = claimed.map((entry) =>
      justId ? formatId(entry) : entryOrNothing(context, stream, entry),
    );
    return [formatId(next), entries, deleted.map(formatId)];
  },
});
