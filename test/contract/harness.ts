import { Redis } from 'ioredis';
import * as ioredis from 'ioredis';
import { type EmbeddedEngine, openEngine } from '../../src/engine';
import { defineInProcessRedis } from '../../src/modules/cache/standalone/in-process-redis';
import { startListener, type Listener } from '../../src/modules/cache/standalone/listener';
import { ORACLE, type OracleVersion } from '../support/oracle';
import { hasRead } from '../support/has-read';
import { startRedisServer, type RedisServer } from '../support/redis-server';
import { RespClient, textOf, type WireReply } from '../support/resp-client';
import { until } from '../support/until';

/** A command of a case: the words of one command line, latin1 strings. Numbers are for convenience. */
export type Words = readonly (string | number)[];

/** One step of a case. */
export type Step =
  | Words
  | {
      /** The commands to send; more than one are pipelined. */
      readonly run: Words | readonly Words[];
      /** Which connection sends it; connections are opened when first named. Default `main`. Not for the direct path. */
      readonly as?: string;
      /**
       * How replies are compared: `sorted` ignores the order of array elements (maps keep their pairs together), `shape`
       * compares types and sizes only (random or clock-dependent answers), `ignore` not at all (say why beside it).
       */
      readonly compare?: 'exact' | 'sorted' | 'shape' | 'ignore';
      /** The command blocks: its reply is read by a later `{ read }`. What follows is sent once the server has read it. */
      readonly blocks?: boolean;
    }
  /** Reads so many replies (or pushes) that a connection still has coming, or all of them up to one that says `last`. */
  | { readonly read: string; readonly count?: number; readonly last?: string }
  /** Asks again and again, on the main connection, until the reply is this one: for what a server does in its own time. */
  | { readonly until: Words; readonly is: string }
  /** Waits at least so many milliseconds, on both sides at once: for expiry, nothing else. */
  | { readonly wait: number };

export interface CaseOptions {
  /** Why the direct ioredis path cannot run it (several connections, protocol-level commands). Default: it runs there. */
  readonly wireOnly?: string;
  /** The servers a case is about, where it is not about all of them. */
  readonly versions?: readonly OracleVersion[];
  /** Both, unless a case is about one of them. */
  readonly protocols?: readonly (2 | 3)[];
}

/** The servers of one test file: the real one and ours. */
export interface ContractServers {
  readonly real: RedisServer;
  readonly engine: EmbeddedEngine;
  readonly listener: Listener;
}

/** A case as a test file declares it. */
export interface ContractCase {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly options: CaseOptions;
}

let servers: ContractServers | undefined;
let collected: ContractCase[] | undefined;

/** The cases that `load` declares, for a run against somebody else: none becomes a test. */
export function collectCases(load: () => void): readonly ContractCase[] {
  const cases: ContractCase[] = [];
  collected = cases;
  try {
    load();
  } finally {
    collected = undefined;
  }
  return cases;
}

/** Starts both servers before the tests of this file and stops them afterwards. */
export function useServers(
  options: { readonly realArgs?: readonly string[]; readonly engine?: Parameters<typeof openEngine>[0] } = {},
): () => ContractServers {
  if (collected === undefined) startAndStop(options);
  return both;
}

function startAndStop(options: NonNullable<Parameters<typeof useServers>[0]>): void {
  beforeAll(async () => {
    const engine = openEngine({ version: ORACLE, scriptTimeLimit: 0, ...options.engine });
    servers = {
      real: await startRedisServer({ args: [...(options.realArgs ?? [])] }),
      engine,
      listener: await startListener(engine, { host: '127.0.0.1', port: 0, path: '', password: '' }),
    };
  });
  afterAll(async () => {
    await servers?.listener.close();
    servers?.engine.close();
    await servers?.real.stop();
    servers = undefined;
  });
}

/**
 * Declares a case: its steps run on the real server and on ours, over the wire in RESP2 and RESP3 and through the direct
 * ioredis path; every reply has to be the same. Both databases are empty when it begins.
 */
export function contract(name: string, steps: readonly Step[], options: CaseOptions = {}): void {
  if (collected !== undefined) {
    collected.push({ name, steps, options });
    return;
  }
  if (options.versions?.includes(ORACLE) === false) return;
  describe(name, () => {
    for (const resp of options.protocols ?? [2, 3]) {
      it(`on the wire, RESP${String(resp)}`, () => compareOnWire(steps, resp));
    }
    if (options.wireOnly === undefined) it('through ioredis, directly', () => compareThroughClient(steps));
  });
}

function both(): ContractServers {
  if (servers === undefined) throw new Error('useServers() was not called in this file');
  return servers;
}

async function compareOnWire(steps: readonly Step[], resp: 2 | 3): Promise<void> {
  const { real, listener } = both();
  const begin = performance.now();
  const [expected, actual] = await Promise.all([
    runOnWire(real.port, steps, resp),
    runOnWire(listener.port ?? 0, steps, resp),
  ]);
  expect(differences(expected, actual, performance.now() - begin)).toEqual([]);
}

/**
 * Where the two records differ, short enough to read: the step, what the real server said, what we said.
 * @param elapsedMs how long both took: so far apart may be what they say about time. A case that takes less than half a
 * second, as they do, is compared exactly.
 */
export function differences(expected: readonly Recorded[], actual: readonly Recorded[], elapsedMs = 0): string[] {
  const found: string[] = [];
  for (let i = 0; i < Math.max(expected.length, actual.length); i++) {
    const step = expected[i]?.step ?? actual[i]?.step ?? '';
    const left = JSON.stringify(expected[i]?.reply);
    const right = JSON.stringify(actual[i]?.reply);
    if (left === right || withinTime(step, expected[i]?.reply, actual[i]?.reply, elapsedMs)) continue;
    found.push(`${step}\n  redis:   ${cut(left)}\n  respite: ${cut(right)}`);
  }
  return found;
}

/**
 * True when two replies of a command that answers seconds are as close as the time that passed between them allows.
 * A TTL is rounded, so it tells less than half a second of difference not at all; idle time is counted by a clock that
 * ticks once in a second, so two servers differ by one whenever the tick falls between what one and the other do.
 */
export function withinTime(step: string, expected: unknown, actual: unknown, elapsedMs: number): boolean {
  const [, command] = /^(TTL|EXPIRETIME|OBJECT IDLETIME) /.exec(step) ?? [];
  if (command === undefined) return false;
  const [left, right] = [secondsOf(expected), secondsOf(actual)];
  const seconds = elapsedMs / 1000;
  const apart = command === 'OBJECT IDLETIME' ? Math.ceil(seconds) : Math.round(seconds);
  return left >= 0 && right >= 0 && Math.abs(left - right) <= apart;
}

const secondsOf = (reply: unknown): number =>
  Number(typeof reply === 'object' && reply !== null && 'value' in reply ? reply.value : reply);

const cut = (text: string | undefined) =>
  text === undefined ? 'nothing' : text.length > 600 ? `${text.slice(0, 600)}...` : text;

interface Recorded {
  readonly step: string;
  readonly reply: unknown;
}

async function runOnWire(port: number, steps: readonly Step[], resp: 2 | 3): Promise<Recorded[]> {
  const clients = new Map<string, RespClient>();
  const client = async (name = 'main') => {
    let opened = clients.get(name);
    if (opened === undefined) clients.set(name, (opened = await RespClient.open(port, resp)));
    return opened;
  };
  const record: Recorded[] = [];
  try {
    await (await client()).command('FLUSHALL');
    for (const step of steps) {
      if ('wait' in step) {
        await pause(step.wait);
      } else if ('read' in step) {
        const connection = await client(step.read);
        for (let left = step.count ?? 1; left > 0; left--) {
          const reply = await connection.next();
          record.push({ step: `read ${step.read}`, reply });
          if (step.last !== undefined && reply !== undefined && !JSON.stringify(reply).includes(step.last)) left += 1;
        }
      } else if ('until' in step) {
        const line = step.until.map(String);
        const connection = await client();
        await until(
          `${show(line)} answers ${step.is}`,
          async () => textOf(await connection.command(...line)) === step.is,
        );
      } else {
        const { lines, as, compare, blocks } = normalize(step);
        const connection = await client(as);
        for (const line of lines) connection.send(...line);
        if (blocks) await hasRead(connection.socket);
        else
          for (const line of lines)
            record.push({ step: show(line), reply: reduceWire(await connection.next(), compare) });
      }
    }
    for (const [name, connection] of clients) {
      for (const reply of connection.drain()) record.push({ step: `unread on ${name}`, reply });
    }
  } finally {
    for (const connection of clients.values()) connection.close();
  }
  return record;
}

/** The command lines of a step, and how its replies are compared. */
export function normalize(step: Exclude<Step, { wait: number } | { read: string } | { until: Words }>) {
  const plain = isWords(step);
  const run = plain ? step : step.run;
  const lines = (isWords(run) ? [run] : run).map((line) => line.map(String));
  return {
    lines,
    as: plain ? undefined : step.as,
    compare: plain ? ('exact' as const) : (step.compare ?? ('exact' as const)),
    blocks: !plain && step.blocks === true,
  };
}

function isWords(value: Step | Words | readonly Words[]): value is Words {
  return Array.isArray(value) && !Array.isArray(value[0]);
}

/** A command line in messages: long words are cut. */
export const show = (line: readonly string[]) =>
  line.map((word) => (word.length > 60 ? `${word.slice(0, 60)}...` : word)).join(' ');

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

type Compare = 'exact' | 'sorted' | 'shape' | 'ignore';

/** Reduces a reply to what is compared. */
export function reduceWire(reply: WireReply | undefined, compare: Compare): unknown {
  if (reply === undefined) return 'connection closed';
  if (compare === 'exact') return reply;
  if (compare === 'ignore') return undefined;
  if (compare === 'shape') return shapeOf(reply);
  return sortWire(reply);
}

function shapeOf(reply: WireReply): unknown {
  return Array.isArray(reply.value) ? { type: reply.type, size: reply.value.length } : { type: reply.type };
}

function sortWire(reply: WireReply): unknown {
  if (!Array.isArray(reply.value)) return reply;
  const items = (reply.value as readonly WireReply[]).map(sortWire);
  const groups = reply.type === '%' ? items.flatMap((item, i) => (i % 2 === 0 ? [[item, items[i + 1]]] : [])) : items;
  return { type: reply.type, value: groups.map((group) => JSON.stringify(group)).sort() };
}

async function compareThroughClient(steps: readonly Step[]): Promise<void> {
  const { real, engine } = both();
  const InProcess = defineInProcessRedis(ioredis, () => engine);
  const onReal = new Redis(real.port, '127.0.0.1');
  const onOurs = new InProcess({});
  const begin = performance.now();
  try {
    const [expected, actual] = await Promise.all([runThroughClient(onReal, steps), runThroughClient(onOurs, steps)]);
    expect(differences(expected, actual, performance.now() - begin)).toEqual([]);
  } finally {
    onReal.disconnect();
    onOurs.disconnect();
  }
}

async function runThroughClient(client: Redis, steps: readonly Step[]): Promise<Recorded[]> {
  const record: Recorded[] = [];
  await client.flushall();
  for (const step of steps) {
    if ('wait' in step) {
      await pause(step.wait);
      continue;
    }
    if ('until' in step) {
      const [name = '', ...args] = step.until.map(String);
      await until(`${name} answers ${step.is}`, async () => String(await client.call(name, ...args)) === step.is);
      continue;
    }
    if ('read' in step || (!isWords(step) && (step.as !== undefined || step.blocks === true))) {
      throw new Error('a case with several connections needs wireOnly');
    }
    const { lines, compare } = normalize(step);
    const replies = lines.map(([name = '', ...args]) =>
      client.callBuffer(name, ...args.map((arg) => Buffer.from(arg, 'latin1'))).catch((failure: unknown) => failure),
    );
    for (const [i, line] of lines.entries()) {
      record.push({ step: show(line), reply: reduceClient(readable(await replies[i]), compare) });
    }
  }
  return record;
}

/** Buffers as latin1 text and errors by their message, so that a difference can be read. */
export function readable(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  if (value instanceof Error) return `error: ${value.message}`;
  return Array.isArray(value) ? value.map(readable) : value;
}

/** Reduces what a client resolved to, `readable` already, to what is compared. */
export function reduceClient(value: unknown, compare: Compare): unknown {
  if (compare === 'exact') return value;
  if (compare === 'ignore') return undefined;
  if (compare === 'shape') return Array.isArray(value) ? value.length : typeof value;
  return sortClient(value);
}

function sortClient(value: unknown): unknown {
  return Array.isArray(value) ? value.map((item) => JSON.stringify(sortClient(item))).sort() : value;
}
