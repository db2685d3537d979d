import type { CommandContext } from '../../execution/command-context';
import { dumpPayload, readPayload, readWhole } from '../../rdb/dump-payload';
import { isIntact } from '../../rdb/footer';
import { RdbFormatError } from '../../rdb/rdb-primitives';
import type { StoredValue } from '../../keyspace/entry';
import type { EffectLine } from '../../effects/effect-log';
import { ErrorReply, OK } from '../../protocol/reply';
import { addInt64, int64, integer } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, SYNTAX_ERROR } from '../../command/errors';
import { reserveEncoded } from '../room';

export const dump = defineCommand({
  name: 'dump',
  arity: 2,
  flags: ['readonly'],
  group: 'generic',
  since: '2.6.0',
  summary: 'Answers the value of a key in a form RESTORE takes.',
  complexity: 'O(N) in the size of the value',
  keys: [oneKey('RO ACCESS')],
  hints: ['nondeterministic_output'],
  syntax: 'key',
  run(context, [key]) {
    const entry = context.lookupRead(key);
    if (entry === undefined) return null;
    reserveEncoded(context, entry.value);
    return dumpPayload(entry.value, context.engine.limits, context.engine.version);
  },
});

interface RestoreOptions {
  readonly replace: boolean;
  /** The time to live is a point in time. */
  readonly absolute: boolean;
  /** Seconds; -1 = not given. */
  readonly idle: number;
  /** 0 to 255; -1 = not given. */
  readonly frequency: number;
}

const HIGHEST_FREQUENCY = 255;

function parseOptions(args: readonly string[]): RestoreOptions {
  const options = { replace: false, absolute: false, idle: -1, frequency: -1 };
  for (let i = 3; i < args.length; i++) {
    const value = args[i + 1];
    switch (args[i]?.toLowerCase()) {
      case 'replace':
        options.replace = true;
        break;
      case 'absttl':
        options.absolute = true;
        break;
      case 'idletime':
        // Idle time and frequency share their place in a key.
        if (value === undefined || options.frequency >= 0) throw SYNTAX_ERROR;
        options.idle = integer(value);
        if (options.idle < 0) throw error('Invalid IDLETIME value, must be >= 0');
        i += 1;
        break;
      case 'freq':
        if (value === undefined || options.idle >= 0) throw SYNTAX_ERROR;
        options.frequency = integer(value);
        if (options.frequency < 0 || options.frequency > HIGHEST_FREQUENCY) {
          throw error('Invalid FREQ value, must be >= 0 and <= 255');
        }
        i += 1;
        break;
      default:
        throw SYNTAX_ERROR;
    }
  }
  return options;
}

const BUSY_KEY = new ErrorReply('BUSYKEY Target key name already exists.');

function readAs(read: () => StoredValue): StoredValue {
  try {
    return read();
  } catch (failure) {
    throw failure instanceof RdbFormatError ? error('Bad data format') : failure;
  }
}

/** What a key is stored with. */
interface Restored extends Pick<RestoreOptions, 'idle' | 'frequency'> {
  /** Milliseconds since the epoch; 0 = never. */
  readonly deadline: number | bigint;
}

/** Stores a value in the place of what is there; one whose time is over only takes that away. */
function storeRestored(context: CommandContext, key: string, value: StoredValue, restored: Restored): void {
  const { deadline, idle, frequency } = restored;
  const exists = context.lookup(key) !== undefined;
  if (deadline !== 0 && deadline < context.now) {
    if (exists) context.remove(key);
    return;
  }
  if (exists) context.remove(key, null);
  const entry = context.store(key, value);
  if (deadline !== 0) context.setExpiry(entry, deadline);
  const { access } = context.engine.memory;
  if (idle >= 0 && !access.frequencies) entry.access = access.stampIdle(idle);
  if (frequency >= 0 && access.frequencies) entry.access = access.stampFrequency(frequency);
  context.notify('g', 'restore', key);
}

/** A key as a file has it. */
export interface KeyToRestore {
  readonly key: string;
  /** Type byte and body, as in a payload of DUMP before its footer. */
  readonly body: Buffer;
  /** Milliseconds since the epoch; 0 = never. */
  readonly expireAt: number;
  /** Seconds without use. */
  readonly idle?: number | undefined;
  /** How often it was used, 0 to 255. */
  readonly frequency?: number | undefined;
}

/** What RESTORE does, past its payload. @param replaces whether what is there may go @throws ErrorReply */
export function restoreBody(context: CommandContext, restored: KeyToRestore, replaces: boolean): void {
  const { key, body, expireAt, idle = -1, frequency = -1 } = restored;
  if (!replaces && context.lookup(key) !== undefined) throw BUSY_KEY;
  const value = readAs(() => readWhole(body, context.engine.limits));
  storeRestored(context, key, value, { deadline: expireAt, idle, frequency });
}

/** The payload is the same anywhere, the time to live is not; one that is over by now removes what was there. */
function restoreEffects(
  args: readonly [string, string, string, ...string[]],
  now: number,
  name: string,
): readonly EffectLine[] {
  const [key, time, payload, ...rest] = args;
  const { absolute } = parseOptions(args);
  const ttl = int64(time);
  const at = ttl === 0 || absolute ? ttl : (addInt64(ttl, now) ?? -1);
  if (at !== 0 && at < now) return [['DEL', key]];
  return [[name, key, String(at), payload, ...rest, ...(ttl === 0 || absolute ? [] : ['ABSTTL'])]];
}

function restoreKey(context: CommandContext, args: readonly [string, string, string, ...string[]]) {
  const [key, time, serialized] = args;
  const options = parseOptions(args);
  if (context.lookup(key) !== undefined && !options.replace) throw BUSY_KEY;
  const ttl = int64(time);
  if (ttl < 0) throw error('Invalid TTL value, must be >= 0');
  const payload = Buffer.from(serialized, 'latin1');
  if (!isIntact(payload, context.engine.version, context.engine.switches.skipsChecksums))
    throw error('DUMP payload version or checksum are wrong');
  const value = readAs(() => readPayload(payload, context.engine.limits));
  // Beyond 64 bits it lies in the past, as Redis' sum overflows.
  const deadline = ttl === 0 ? 0 : options.absolute ? ttl : (addInt64(ttl, context.now) ?? -1);
  storeRestored(context, key, value, { ...options, deadline });
  return OK;
}

const RESTORE = {
  arity: -4,
  since: '2.6.0',
  summary: 'Creates a key from what DUMP answered.',
  complexity: 'O(N) in the size of the value',
  categories: ['@dangerous'],
  keys: [oneKey('OW UPDATE')],
  syntax: 'key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]',
} as const;

/** RESTORE; RESTORE-ASKING is the same command among the nodes of a cluster. */
export const restore = defineCommand({
  ...RESTORE,
  name: 'restore',
  flags: ['write', 'denyoom'],
  group: 'generic',
  effects: ({ args, now, name }) => restoreEffects(args, now, name),
  run: restoreKey,
});

/** How a cluster moves keys; the same without a cluster. */
export const restoreAsking = defineCommand({
  ...RESTORE,
  name: 'restore-asking',
  internal: true,
  flags: ['write', 'denyoom', 'asking'],
  group: 'server',
  since: '3.0.0',
  categories: ['@keyspace', '@dangerous'],
  effects: ({ args, now, name }) => restoreEffects(args, now, name),
  run: restoreKey,
});
