import fc from 'fast-check';
import { Redis } from 'ioredis';
import * as ioredis from 'ioredis';
import { openEngine } from '../../src/engine';
import { defineInProcessRedis } from '../../src/modules/cache/standalone/in-process-redis';
import { startListener } from '../../src/modules/cache/standalone/listener';
import { ORACLE } from '../support/oracle';
import { startRedisServer } from '../support/redis-server';
import { RespClient, type WireReply } from '../support/resp-client';
import type { CommandGroup, Comparison, FuzzCommand } from './command-group';

/** What a run did: how often each command was sent, and how often each kind of answer came. */
export interface FuzzReport {
  readonly seed: number;
  readonly commands: number;
  readonly sequences: number;
  readonly hits: Readonly<Record<string, number>>;
  /** Per option word (upper case), as it was sent. */
  readonly options: Readonly<Record<string, number>>;
  /** Per error text, variable parts cut off. */
  readonly errors: Readonly<Record<string, number>>;
}

export interface FuzzOptions {
  readonly groups: readonly CommandGroup[];
  /** How many commands at least. */
  readonly commands: number;
  readonly seed: number;
}

/** One command of a sequence, and which of the two clients sends it. */
interface Turn {
  readonly name: string;
  readonly client: 0 | 1;
  readonly command: FuzzCommand;
}

const MAX_SEQUENCE = 60;
const RUNS_PER_ROUND = 25;
/** How far apart two answers about time may be, in milliseconds, besides the time the sequence took. */
const NEAR_MS = 2500;

/**
 * Sends random sequences to the real server and to ours, by the listener and by the direct path, and compares every
 * reply and the whole state at the end.
 * @throws the shrunk counterexample, with its seed
 */
export async function fuzz({ groups, commands, seed }: FuzzOptions): Promise<FuzzReport> {
  const targets = await Targets.start();
  const counts = new Counts();
  try {
    const turn = fc.oneof(
      ...groups.flatMap((group) =>
        Object.entries(group.commands).map(([name, arbitrary]) =>
          fc.record({
            name: fc.constant(name),
            client: fc.constantFrom(0 as const, 0 as const, 1 as const),
            command: arbitrary,
          }),
        ),
      ),
    );
    const property = fc.asyncProperty(
      fc.array(turn, { minLength: 1, maxLength: MAX_SEQUENCE, size: 'max' }),
      async (sequence) => {
        const differences = [...(await targets.onWire(sequence, counts)), ...(await targets.direct(sequence))];
        if (differences.length > 0) throw new Error(differences.slice(0, 5).join('\n'));
      },
    );
    let sequences = 0;
    for (let round = 0; counts.commands < commands; round++) {
      const details = await fc.check(property, { seed: seed + round, numRuns: RUNS_PER_ROUND });
      if (details.failed) throw new Error(explain(details, seed + round));
      sequences += details.numRuns;
    }
    return counts.report(seed, sequences);
  } finally {
    await targets.stop();
  }
}

/** The smallest sequence that shows a difference, ready to be typed into two redis-cli. */
function explain(details: fc.RunDetails<[Turn[]]>, seed: number): string {
  const lines = (details.counterexample?.[0] ?? []).map(
    (turn) => `  client ${String(turn.client)}: ${JSON.stringify(turn.command.words)}`,
  );
  const cause = details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
  return `replies differ (FUZZ_SEED=${String(seed)}), shrunk to ${String(lines.length)} commands:\n${lines.join('\n')}\n${cause}`;
}

class Counts {
  #commands = 0;
  readonly #hits = new Map<string, number>();
  readonly #options = new Map<string, number>();
  readonly #errors = new Map<string, number>();

  get commands(): number {
    return this.#commands;
  }

  count({ name, command }: Turn, reply: WireReply | undefined): void {
    this.#commands += 1;
    add(this.#hits, name);
    for (const word of command.words.slice(2)) if (/^[A-Z]{2,}$/.test(word)) add(this.#options, `${name} ${word}`);
    if (reply?.type === '-') add(this.#errors, `${name}: ${reply.value.replace(/'[^']*'/g, "'...'").slice(0, 80)}`);
  }

  report(seed: number, sequences: number): FuzzReport {
    const sorted = (map: Map<string, number>) => Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      seed,
      commands: this.#commands,
      sequences,
      hits: sorted(this.#hits),
      options: sorted(this.#options),
      errors: sorted(this.#errors),
    };
  }
}

function add(map: Map<string, number>, name: string): void {
  map.set(name, (map.get(name) ?? 0) + 1);
}

type Server = 'redis' | 'respite';

/** Both servers, with two wire clients and one ioredis client each. */
class Targets {
  private constructor(
    private readonly wire: Readonly<Record<Server, readonly [RespClient, RespClient]>>,
    private readonly clients: Readonly<Record<Server, Redis>>,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(): Promise<Targets> {
    const real = await startRedisServer();
    // No limit in time: a busy machine is no difference.
    const engine = openEngine({ version: ORACLE, scriptTimeLimit: 0 });
    const listener = await startListener(engine, { host: '127.0.0.1', port: 0, path: '', password: '' });
    const open = async (port: number) => [await RespClient.open(port), await RespClient.open(port, 3)] as const;
    const wire = { redis: await open(real.port), respite: await open(listener.port ?? 0) };
    // An engine of its own for the direct path, so that both runs begin empty.
    const own = openEngine({ version: ORACLE, scriptTimeLimit: 0 });
    const InProcess = defineInProcessRedis(ioredis, () => own);
    // A server that crashed must fail the run, not be waited for.
    const clients = { redis: new Redis(real.port, '127.0.0.1', { retryStrategy: null }), respite: new InProcess({}) };
    return new Targets(wire, clients, async () => {
      for (const each of [...wire.redis, ...wire.respite]) each.close();
      clients.redis.disconnect();
      clients.respite.disconnect();
      await listener.close();
      engine.close();
      own.close();
      await real.stop();
    });
  }

  /** Runs a sequence with two clients over the wire. @returns what differed */
  async onWire(sequence: readonly Turn[], counts: Counts): Promise<string[]> {
    const run = async (server: Server) => {
      const pair = this.wire[server];
      for (const client of pair) for (const line of RESET) await client.command(...line);
      const replies: (WireReply | undefined)[] = [];
      let at = 0;
      while (at < sequence.length) {
        // Commands of one client in a row go as a pipeline; the other's turn waits for them, or the order would be open.
        const { client } = sequence[at] as Turn; // at < length
        let end = at;
        for (; end < sequence.length && sequence[end]?.client === client; end++)
          pair[client].send(...(sequence[end]?.command.words ?? []));
        for (; at < end; at++) replies.push(await pair[client].next());
      }
      for (const client of pair) await client.command('DISCARD');
      return { replies, state: await readState((words) => pair[0].command(...words)) };
    };
    const begin = performance.now();
    const [expected, actual] = await Promise.all([run('redis'), run('respite')]);
    const nearMs = NEAR_MS + performance.now() - begin;
    sequence.forEach((turn, i) => {
      counts.count(turn, expected.replies[i]);
    });
    const found = compareReplies('wire', sequence, expected.replies, actual.replies, nearMs);
    if (found.length === 0 && !sameState(expected.state, actual.state, nearMs))
      found.push(describeState('wire', expected.state, actual.state));
    return found;
  }

  /** Runs a sequence through one ioredis client. @returns what differed */
  async direct(sequence: readonly Turn[]): Promise<string[]> {
    const run = async (server: Server) => {
      const client = this.clients[server];
      const send = (words: readonly string[]) => {
        const [name = '', ...args] = words.map((word) => Buffer.from(word, 'latin1'));
        return client.callBuffer(name.toString('latin1'), ...args).catch((failure: unknown) => failure);
      };
      for (const line of RESET) await send(line);
      const replies = await Promise.all(sequence.map((turn) => send(turn.command.words)));
      await send(['DISCARD']);
      return { replies: replies.map(toWire), state: await readState(async (words) => toWire(await send(words))) };
    };
    const begin = performance.now();
    const [expected, actual] = await Promise.all([run('redis'), run('respite')]);
    const nearMs = NEAR_MS + performance.now() - begin;
    const oneClient = sequence.map((turn) => ({ ...turn, client: 0 as const }));
    const found = compareReplies('direct', oneClient, expected.replies, actual.replies, nearMs);
    if (found.length === 0 && !sameState(expected.state, actual.state, nearMs))
      found.push(describeState('direct', expected.state, actual.state));
    return found;
  }
}

type Replies = readonly (WireReply | undefined)[];

function compareReplies(
  path: string,
  sequence: readonly Turn[],
  expected: Replies,
  actual: Replies,
  nearMs: number,
): string[] {
  const found: string[] = [];
  /** What each client has queued since MULTI: EXEC's answers are compared as those commands' are. */
  const queued: Comparison[][] = [[], []];
  sequence.forEach((turn, i) => {
    const a = expected[i];
    const b = actual[i];
    const queue = queued[turn.client] ?? [];
    const same = turn.name === 'exec' ? sameExec(a, b, queue, nearMs) : sameReply(a, b, turn.command.compare, nearMs);
    if (!same) found.push(describe(path, turn, i, a, b));
    if (a?.value === 'QUEUED') queue.push(turn.command.compare);
    else if (turn.name === 'exec' || turn.name === 'discard') queue.length = 0;
  });
  return found;
}

function sameExec(
  a: WireReply | undefined,
  b: WireReply | undefined,
  queue: readonly Comparison[],
  nearMs: number,
): boolean {
  if (!Array.isArray(a?.value) || !Array.isArray(b?.value)) return sameReply(a, b, 'exact', nearMs);
  const [left, right] = [a.value as readonly WireReply[], b.value as readonly WireReply[]];
  return (
    left.length === right.length && left.every((item, i) => sameReply(item, right[i], queue[i] ?? 'exact', nearMs))
  );
}

function describeState(path: string, expected: State, actual: State): string {
  return `${path}: state\n  redis:   ${JSON.stringify(expected)}\n  respite: ${JSON.stringify(actual)}`;
}

const RESET: readonly (readonly string[])[] = [
  ['DISCARD'],
  ['UNWATCH'],
  ['FLUSHALL'],
  ['SCRIPT', 'FLUSH'],
  ['FUNCTION', 'FLUSH'],
  ['CONFIG', 'SET', 'stream-node-max-entries', '100'],
];

function describe(
  path: string,
  turn: Turn,
  index: number,
  expected: WireReply | undefined,
  actual: WireReply | undefined,
): string {
  const cut = (reply: WireReply | undefined) => (reply === undefined ? 'nothing' : JSON.stringify(reply)).slice(0, 500);
  return `${path}: ${String(index)} ${JSON.stringify(turn.command.words)}\n  redis:   ${cut(expected)}\n  respite: ${cut(actual)}`;
}

/** An ioredis value in the form of a wire reply: coarser, for comparing one ioredis with another. */
function toWire(value: unknown): WireReply | undefined {
  if (value instanceof Error) return { type: '-', value: value.message };
  if (Buffer.isBuffer(value)) return { type: '$', value: value.toString('latin1') };
  if (Array.isArray(value))
    return { type: '*', value: value.map((item) => toWire(item) ?? { type: 'null', value: '_' }) };
  if (typeof value === 'number' || typeof value === 'string')
    return { type: typeof value === 'number' ? ':' : '$', value: String(value) };
  return { type: 'null', value: '_' };
}

function sameReply(a: WireReply | undefined, b: WireReply | undefined, compare: Comparison, nearMs: number): boolean {
  if (compare === 'ignore') return true;
  // Inside MULTI everything answers QUEUED, and an error is an error however the answer is compared.
  if (a?.type === '-' || b?.type === '-') return JSON.stringify(nameless(a)) === JSON.stringify(nameless(b));
  if (compare === 'exact' || a?.type === '+') return JSON.stringify(a) === JSON.stringify(b);
  if (compare === 'near' && a?.type === ':')
    return b !== undefined && Math.abs(Number(a.value) - Number(b.value)) <= nearMs;
  if (compare === 'shape')
    return (
      a?.type === b?.type &&
      (Array.isArray(a?.value) ? a.value.length : 0) === (Array.isArray(b?.value) ? b.value.length : 0)
    );
  return JSON.stringify(normalized(a)) === JSON.stringify(normalized(b));
}

/** Of several functions that are there already, Redis names the one its hash table has first. */
function nameless(reply: WireReply | undefined): unknown {
  if (typeof reply?.value !== 'string') return reply;
  return { ...reply, value: reply.value.replace(/^(ERR Function) \S+ (already exists)$/, '$1 $2') };
}

/** Arrays in any order. */
function normalized(reply: WireReply | undefined): unknown {
  if (reply === undefined || !Array.isArray(reply.value)) return reply;
  return {
    type: reply.type,
    value: (reply.value as readonly WireReply[]).map((item) => JSON.stringify(normalized(item))).sort(),
  };
}

/** The content of a reply that is no array. */
function text(reply: WireReply | undefined): string {
  return typeof reply?.value === 'string' ? reply.value : '';
}

const READERS: Readonly<Record<string, (key: string) => readonly string[]>> = {
  string: (key) => ['GET', key],
  hash: (key) => ['HGETALL', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  stream: (key) => ['XRANGE', key, '-', '+'],
};

/** Everything the databases hold: types, values and encodings as comparable text, and deadlines in seconds. */
interface State {
  readonly content: string;
  readonly deadlines: readonly number[];
}

function sameState(a: State, b: State, nearMs: number): boolean {
  const near = (deadline: number, i: number) => Math.abs(deadline - (b.deadlines[i] ?? NaN)) <= nearMs / 1000;
  return a.content === b.content && a.deadlines.every(near);
}

async function readState(send: (words: readonly string[]) => Promise<WireReply | undefined>): Promise<State> {
  const state: unknown[] = [];
  const deadlines: number[] = [];
  for (const db of ['0', '1', '2']) {
    await send(['SELECT', db]);
    const keys = await send(['KEYS', '*']);
    const names = (Array.isArray(keys?.value) ? (keys.value as readonly WireReply[]) : []).map(text).sort();
    for (const name of names) {
      const type = text(await send(['TYPE', name]));
      const value = await send(READERS[type]?.(name) ?? ['TYPE', name]);
      const deadline = Number((await send(['EXPIRETIME', name]))?.value);
      deadlines.push(deadline);
      state.push([
        db,
        name,
        type,
        type === 'hash' || type === 'set' ? normalizedExactly(value) : value,
        text(await send(['OBJECT', 'ENCODING', name])),
      ]);
    }
  }
  await send(['SELECT', '0']);
  state.push(normalized(await send(['FUNCTION', 'LIST', 'WITHCODE'])));
  return { content: JSON.stringify(state), deadlines };
}

function normalizedExactly(reply: WireReply | undefined): unknown {
  return reply !== undefined && Array.isArray(reply.value)
    ? (reply.value as readonly WireReply[]).map((item) => JSON.stringify(item)).sort()
    : reply;
}
