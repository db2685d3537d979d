import fc, { type Arbitrary } from 'fast-check';
import { openEngine } from '../../src/engine';
import { startListener } from '../../src/modules/cache/standalone/listener';
import { ORACLE } from '../support/oracle';
import { startRedisServer } from '../support/redis-server';
import { RespClient, textOf, type WireReply } from '../support/resp-client';
import type { FuzzCommand } from './command-group';
import { pubsubCommands } from './groups/pubsub';
import { DATA_GROUPS } from './groups';

export interface PubSubFuzzReport {
  readonly seed: number;
  readonly commands: number;
  readonly hits: Readonly<Record<string, number>>;
  /** What arrived besides answers, by kind. */
  readonly messages: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
}

/** What one client sends at once: a command, or a transaction. */
interface Turn {
  readonly client: 0 | 1 | 2;
  readonly lines: readonly FuzzCommand[];
}

/** The protocols the clients begin with; HELLO and RESET change them. */
const PROTOCOLS = [2, 3, 3] as const;
const MAX_SEQUENCE = 50;
const RUNS_PER_ROUND = 25;

/**
 * Three clients that subscribe, publish and change keys while keyspace events are on, against the real server and ours.
 * Compares everything that each client receives, messages included, in order.
 * @throws the shrunk counterexample, with its seed
 */
export async function fuzzPubSub({ seed, commands }: { seed: number; commands: number }): Promise<PubSubFuzzReport> {
  const real = await startRedisServer();
  const engine = openEngine({ version: ORACLE });
  const listener = await startListener(engine, { host: '127.0.0.1', port: 0, path: '', password: '' });
  const counts = { commands: 0, hits: {}, messages: {}, errors: {} };
  const servers = [await Conversation.open(real.port), await Conversation.open(listener.port ?? 0)] as const;
  try {
    const property = fc.asyncProperty(
      fc.array(turn(), { minLength: 1, maxLength: MAX_SEQUENCE, size: 'max' }),
      async (turns) => {
        const [expected, actual] = await Promise.all([servers[0].run(turns), servers[1].run(turns)]);
        count(counts, turns, expected);
        const differs = expected.findIndex((text, i) => text !== actual[i]);
        if (differs >= 0) throw new Error(describe(turns, differs, expected[differs], actual[differs]));
      },
    );
    for (let round = 0; counts.commands < commands; round++) {
      const details = await fc.check(property, { seed: seed + round, numRuns: RUNS_PER_ROUND });
      if (details.failed) throw new Error(`FUZZ_SEED=${String(seed + round)}: ${String(details.errorInstance)}`);
    }
    return { seed, ...counts };
  } finally {
    for (const server of servers) server.close();
    await listener.close();
    engine.close();
    await real.stop();
  }
}

function turn(): Arbitrary<Turn> {
  const data = fc
    .oneof(
      ...DATA_GROUPS.filter(({ name }) => name !== 'transactions').flatMap(({ commands }) => Object.values(commands)),
    )
    // Answers stand among messages: only those that come in one order can be compared.
    .filter(({ compare }) => compare === 'exact');
  const pubsub = fc.oneof(...Object.values(pubsubCommands));
  const one = fc.oneof({ weight: 3, arbitrary: pubsub }, { weight: 2, arbitrary: data });
  const word = (text: string): FuzzCommand => ({ words: [text], compare: 'exact' });
  // Redis answers each name of a subscription by itself: more of them in a transaction and EXEC's answer has too many parts.
  const single = one.filter(
    ({ words, compare }) =>
      compare === 'exact' && words[0] !== 'HELLO' && (words.length === 2 || !(words[0] ?? '').endsWith('SUBSCRIBE')),
  );
  const transaction = fc.array(single, { maxLength: 4 }).map((queued) => [word('MULTI'), ...queued, word('EXEC')]);
  return fc.record({
    client: fc.constantFrom(0 as const, 1 as const, 2 as const),
    lines: fc.oneof({ weight: 8, arbitrary: one.map((each) => [each]) }, { weight: 1, arbitrary: transaction }),
  });
}

/** The clients of one server. */
class Conversation {
  #marks = 0;

  private constructor(private readonly clients: readonly RespClient[]) {}

  static async open(port: number): Promise<Conversation> {
    const clients: RespClient[] = [];
    for (const resp of PROTOCOLS) clients.push(await RespClient.open(port, resp));
    return new Conversation(clients);
  }

  /** @returns for each turn what every client received because of it */
  async run(turns: readonly Turn[]): Promise<string[]> {
    for (const [i, client] of this.clients.entries()) {
      client.send('RESET');
      client.send('HELLO', String(PROTOCOLS[i]));
      await this.#untilMark(client);
    }
    await this.clients[0]?.command('FLUSHALL');
    await this.clients[0]?.command('CONFIG', 'SET', 'notify-keyspace-events', 'KEA');
    const received: string[] = [];
    for (const { client, lines } of turns) {
      const sender = this.clients[client];
      for (const { words } of lines) sender?.send(...words);
      const order = [...this.clients].sort((a, b) => Number(b === sender) - Number(a === sender));
      const bursts: WireReply[][] = [];
      // The sender's mark first: once it is answered, all that its commands caused has been written.
      for (const each of order) bursts.push(await this.#untilMark(each));
      received.push(JSON.stringify(bursts.map((burst) => apart(burst.flatMap(flat), lines))));
    }
    return received;
  }

  /** Everything a client received up to now. */
  async #untilMark(client: RespClient): Promise<WireReply[]> {
    const mark = `mark-${String(++this.#marks)}`;
    client.send('PING', mark);
    const burst: WireReply[] = [];
    for (;;) {
      const reply = await client.next();
      if (reply === undefined) throw new Error(`the connection was closed after ${JSON.stringify(burst)}`);
      const text = Array.isArray(reply.value) ? textOf((reply.value as readonly WireReply[])[1]) : textOf(reply);
      if (text === mark) return burst;
      burst.push(reply);
    }
  }

  close(): void {
    for (const client of this.clients) client.close();
  }
}

const parts = (reply: WireReply): readonly WireReply[] =>
  Array.isArray(reply.value) ? (reply.value as readonly WireReply[]) : [];
const kind = (reply: WireReply): string => textOf(parts(reply)[0]);

const isMessage = (reply: WireReply): boolean => kind(reply).endsWith('message');
const isConfirmation = (reply: WireReply): boolean => kind(reply).endsWith('subscribe');

/**
 * The parts of an answer, without their arrays: on a Redis 7.0 the messages that a RESP3 client's own EXEC or MGET causes stand
 * among the parts of its answer, uncounted.
 */
function flat(reply: WireReply): WireReply[] {
  // HELLO tells the client's id, and modules, which the engine has none of.
  if (kind(reply) === 'server')
    return parts(reply).filter(({ type }, i) => type !== ':' && textOf(parts(reply)[i - 1]) !== 'modules');
  return Array.isArray(reply.value) && !isMessage(reply) && !isConfirmation(reply)
    ? parts(reply).flatMap(flat)
    : [reply];
}

/**
 * Messages and answers: in 7.0 it differs from command to command which come first, when a client's command sends messages to
 * itself. Later the answers do.
 */
function apart(burst: readonly WireReply[], lines: readonly FuzzCommand[]): unknown[] {
  const anyOrder = lines.some(({ compare }) => compare === 'sorted');
  if (ORACLE !== '7.0' && !anyOrder) return ordered(burst);
  const answers = ordered(burst.filter((reply) => !isMessage(reply)));
  return [
    ordered(burst.filter(isMessage)),
    anyOrder ? answers.map((answer) => JSON.stringify(answer)).sort() : answers,
  ];
}

/**
 * Puts what comes in hash order into one order: the patterns that match one message, and the channels of an UNSUBSCRIBE
 * without names (the counts beside them stay).
 */
function ordered(burst: readonly WireReply[]): unknown[] {
  const result: unknown[] = [];
  for (let start = 0, end = 0; start < burst.length; start = end) {
    const first = burst[start] as WireReply; // start < length
    const group = groupOf(first);
    for (end = start + 1; end < burst.length && group !== '' && groupOf(burst[end] as WireReply) === group; end++);
    const run = burst.slice(start, end);
    if (kind(first).endsWith('unsubscribe')) {
      result.push(run.map((reply) => JSON.stringify(parts(reply)[1])).sort());
      result.push(run.map((reply) => [reply.type, parts(reply)[2]]));
    } else result.push(group === '' ? first : run.map((reply) => JSON.stringify(reply)).sort());
  }
  return result;
}

/** What neighbours have in common that come in no order among themselves; empty for all else. */
function groupOf(reply: WireReply): string {
  if (kind(reply) === 'pmessage') return JSON.stringify(parts(reply).slice(2));
  return kind(reply).endsWith('unsubscribe') ? kind(reply) : '';
}

function count(
  counts: {
    commands: number;
    hits: Record<string, number>;
    messages: Record<string, number>;
    errors: Record<string, number>;
  },
  turns: readonly Turn[],
  received: readonly string[],
): void {
  const add = (map: Record<string, number>, name: string) => (map[name] = (map[name] ?? 0) + 1);
  for (const { lines } of turns) {
    for (const { words } of lines) {
      counts.commands += 1;
      add(counts.hits, (words[0] ?? '').toLowerCase());
    }
  }
  const all = received.join('\n').replace(/\\"/g, '"');
  for (const [, found = ''] of all.matchAll(/"value":"([ps]?message|[ps]?(?:un)?subscribe)"/g))
    add(counts.messages, found);
  for (const [, found = ''] of all.matchAll(/"type":"-","value":"([^"]{0,80})/g))
    add(counts.errors, found.replace(/'[^']*'/g, "'...'"));
}

function describe(turns: readonly Turn[], at: number, expected = '', actual = ''): string {
  const lines = turns
    .slice(0, at + 1)
    .map(
      ({ client, lines: sent }) =>
        `  client ${String(client)}: ${sent.map(({ words }) => JSON.stringify(words)).join(' ')}`,
    );
  return `${lines.join('\n')}\n  redis:   ${expected.slice(0, 900)}\n  respite: ${actual.slice(0, 900)}`;
}
