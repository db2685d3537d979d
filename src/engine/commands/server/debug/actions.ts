import { randomBytes } from 'node:crypto';
import { formatDouble, shortestDigits } from '../../../protocol/format-double';
import { writeCompactValue } from '../../../rdb/compact-value';
import { RdbReader, RdbWriter } from '../../../rdb/rdb-primitives';
import { readValue, writeValue } from '../../../rdb/rdb-value';
import type { CommandContext } from '../../../execution/command-context';
import type { Services } from '../../../execution/services';
import { entryBytes } from '../../../keyspace/entry';
import { ErrorReply, OK, Status, VerbatimReply, type Reply } from '../../../protocol/reply';
import { integer } from '../../../command/arguments';
import { parseMemory } from '../../../config/parse-memory';
import { encodingOf } from '../../encoding';
import { error, MUST_BE_POSITIVE, NO_SUCH_KEY } from '../../../command/errors';
import { datasetDigest, Digest, mixEntry } from './digest';
import { reserveEncoded } from '../../room';
import { protocolSample } from './protocol-samples';

/** One of DEBUG's subcommands. */
export interface DebugAction {
  readonly name: string;
  readonly syntax: string;
  readonly summary: string;
  /** Fewest and most arguments after the subcommand's name. */
  readonly takes: readonly [min: number, max: number];
  /** The same before 8.0, where it was otherwise. */
  readonly tookBefore8?: readonly [min: number, max: number];
  readonly run: (context: CommandContext, args: readonly string[]) => Reply;
}

function entryOf(context: CommandContext, key: string) {
  return context.engine.keyspace.find(context.db, key, () => context.now);
}

/** What a value is after a round trip through its RDB encoding. */
function reloadAll(context: CommandContext): void {
  const { keyspace, limits, version } = context.engine;
  const writer = new RdbWriter();
  for (const { dataset } of keyspace.databases) {
    for (const entry of dataset.keys.entries()) {
      writer.reset();
      reserveEncoded(context, entry.value);
      // Small sets and lists are to stay what they were.
      if (version >= '7.2') writeCompactValue(writer, entry.value, limits, version);
      else writeValue(writer, entry.value);
      const value = readValue(new RdbReader(Buffer.from(writer.view())), limits);
      dataset.addBytes(entryBytes(entry.key, value) - entryBytes(entry.key, entry.value));
      entry.value = value;
      dataset.noteFields(entry);
    }
  }
}

/** How scores are written into a digest. */
const scoreText = ({ version }: Services) => (version >= '7.2' ? shortestDigits : formatDouble);

const RELOAD_OPTIONS = new Set(['merge', 'noflush', 'nosave']);

function serializedLength(writer: RdbWriter): number {
  return writer.view().length - 1; // less the type byte
}

function describeObject(context: CommandContext, key: string): Status {
  // A key whose time has come is shown as long as it is there.
  const entry = context.db.dataset.keys.get(key);
  if (entry === undefined) throw NO_SUCH_KEY;
  const writer = new RdbWriter(true);
  reserveEncoded(context, entry.value);
  writeCompactValue(writer, entry.value, context.engine.limits, context.engine.version);
  const idle = context.engine.memory.access.idleSeconds(entry);
  const lru = (Math.floor(context.now / 1000) - idle) & 0xffffff;
  return new Status(
    `Value at:0x${entry.index.toString(16).padStart(12, '0')} refcount:1 encoding:${encodingOf(entry.value)} serializedlength:${String(serializedLength(writer))} lru:${String(lru)} lru_seconds_idle:${String(idle)}`,
  );
}

/** Bytes of a key without its value. */
const POPULATED_BYTES = 200;

function populate(context: CommandContext, [count = '', prefix = 'key', size]: readonly string[]): Status {
  const keys = integer(count, MUST_BE_POSITIVE);
  const length = size === undefined ? 0 : integer(size, MUST_BE_POSITIVE);
  if (keys < 0 || length < 0) throw MUST_BE_POSITIVE;
  context.reserve(keys * (POPULATED_BYTES + length));
  for (let i = 0; i < keys; i++) {
    const key = `${prefix}:${String(i)}`;
    if (context.lookup(key) !== undefined) continue;
    const value = `value:${String(i)}`;
    context.store(key, length === 0 ? value : value.slice(0, length).padEnd(length, '\0'));
  }
  return OK;
}

/** Stops everything for a while, as DEBUG SLEEP does in Redis. */
function sleep(seconds: number): void {
  if (seconds > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
}

const MAX_PACKED = 4 * 1024 ** 3;

const nothing = (name: string, min: number, max: number, summary: string): DebugAction => ({
  name,
  syntax: '',
  summary,
  takes: [min, max],
  run: () => OK,
});

/** An action that turns something on, by a number above 0, or off. */
const onOff = (name: string, summary: string, set: (engine: Services, on: boolean) => void): DebugAction => ({
  name,
  syntax: '<0|1>',
  summary,
  takes: [1, 1],
  run: ({ engine }, [flag = '']) => {
    set(engine, Number.parseInt(flag, 10) > 0);
    return OK;
  },
});

function changeReplicationId({ engine }: CommandContext): Reply {
  engine.identity.replicationId = randomBytes(20).toString('hex');
  return OK;
}

function describeTables({ engine }: CommandContext, [index = '']: readonly string[]): Reply {
  const database = engine.keyspace.databases[integer(index)];
  if (database === undefined) throw error('Out of range database');
  const { size, expiries } = database.dataset;
  const elements = (count: number) =>
    count === 0 && engine.version >= '8.0' ? '' : ` number of elements: ${String(count)}\n`;
  const text = `[Dictionary HT]\n${elements(size)}[Expires HT]\n${elements(expiries.size)}`;
  return new VerbatimReply('txt', text);
}

function checkPackedThreshold(_: CommandContext, [size = '']: readonly string[]): Reply {
  const bytes = parseMemory(size);
  if (bytes === undefined || bytes >= MAX_PACKED)
    throw error('argument must be a memory value bigger than 1 and smaller than 4gb');
  return OK;
}

function reload(context: CommandContext, options: readonly string[]): Reply {
  const { engine } = context;
  if (options.some((option) => !RELOAD_OPTIONS.has(option.toLowerCase()))) {
    throw error('DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.');
  }
  const chosen = new Set(options.map((option) => option.toLowerCase()));
  const holdsSomething = engine.keyspace.bytes > 0 || engine.libraries.functionCount > 0;
  if (chosen.has('noflush') && !chosen.has('merge') && holdsSomething) throw error('Error trying to load the RDB dump');
  reloadAll(context);
  return OK;
}

function sleepFor(_: CommandContext, [seconds = '']: readonly string[]): Reply {
  sleep(Number.parseFloat(seconds));
  return OK;
}

/** What DEBUG can do. */
export const DEBUG_ACTIONS: readonly DebugAction[] = [
  {
    name: 'change-repl-id',
    syntax: '',
    summary: 'Changes the replication id.',
    takes: [0, 0],
    run: changeReplicationId,
  },
  {
    name: 'digest',
    syntax: '',
    summary: 'Answers a signature of all databases.',
    takes: [0, 0],
    run: ({ engine }) => new Status(datasetDigest(engine.keyspace, scoreText(engine)).toString()),
  },
  {
    name: 'digest-value',
    syntax: '<key> [<key> ...]',
    summary: 'Answers a signature of the value of each key.',
    takes: [0, Infinity],
    run: (context, keys) =>
      keys.map((key) => {
        const digest = new Digest();
        const entry = entryOf(context, key);
        if (entry !== undefined) mixEntry(digest, entry, scoreText(context.engine));
        return new Status(digest.toString());
      }),
  },
  {
    name: 'error',
    syntax: '<string>',
    summary: 'Answers with an error of this text.',
    takes: [1, 1],
    run: (_, [text = '']) => new ErrorReply(text.replace(/[\r\n]/g, ' ')),
  },
  {
    name: 'htstats',
    syntax: '<dbid>',
    summary: 'Says how many keys a database has.',
    takes: [1, Infinity],
    tookBefore8: [1, 1],
    run: describeTables,
  },
  nothing('loadaof', 0, 0, 'Does nothing: there is no append only file.'),
  nothing('log', 1, 1, 'Does nothing: a library has no log file.'),
  {
    name: 'object',
    syntax: '<key>',
    summary: 'Describes how a value is kept.',
    takes: [1, 1],
    run: (context, [key = '']) => describeObject(context, key),
  },
  nothing('pause-cron', 1, 1, 'Does nothing: there is no cron.'),
  {
    name: 'populate',
    syntax: '<count> [<prefix>] [<size>]',
    summary: 'Creates string keys.',
    takes: [1, 3],
    run: populate,
  },
  {
    name: 'protocol',
    syntax: '<type>',
    summary: 'Answers a sample of a reply type.',
    takes: [1, 1],
    run: (context, [type = '']) => protocolSample(context, type),
  },
  {
    name: 'quicklist-packed-threshold',
    syntax: '<size>',
    summary: 'Is checked and forgotten: lists have no such nodes here.',
    takes: [1, 1],
    run: checkPackedThreshold,
  },
  {
    name: 'reload',
    syntax: '[MERGE] [NOFLUSH] [NOSAVE]',
    summary: 'Writes and reads every value in its RDB encoding.',
    takes: [0, Infinity],
    run: reload,
  },
  nothing('replicate', 1, Infinity, 'Does nothing: there are no replicas.'),
  nothing('replybuffer', 2, 2, 'Does nothing: replies have no buffer of a fixed size.'),
  onOff('set-active-expire', 'Switches the active removal of expired keys.', ({ keyspace }, on) => {
    keyspace.setActiveExpiry(on);
  }),
  onOff('set-disable-deny-scripts', 'Lets scripts run commands that are denied to them.', (engine, on) => {
    engine.switches.scriptsMayRunAll = on;
  }),
  onOff('set-skip-checksum-validation', 'Lets RESTORE take payloads whose checksum is wrong.', (engine, on) => {
    engine.switches.skipsChecksums = on;
  }),
  {
    name: 'sleep',
    syntax: '<seconds>',
    summary: 'Stops everything for so many seconds, with decimals.',
    takes: [1, 1],
    run: sleepFor,
  },
];
