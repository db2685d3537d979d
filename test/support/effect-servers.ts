import { ErrorReply } from '../../src/engine';
import type { Effect } from '../../src/engine/effects/effect-log';
import { type BareEngine, bareEngine } from './bare-engine';
import { ORACLE } from './oracle';
import { startRedisServer } from './redis-server';
import { REPLICATION_ARGS, type ReplicatedCommand, ReplicationStream } from './replication-stream';
import { RespClient, type WireReply } from './resp-client';

/** How far apart two times may be, ms. */
const NEAR_MS = 60_000;

const RESET = [
  ['DEBUG', 'SET-ACTIVE-EXPIRE', '0'],
  ['DISCARD'],
  ['UNWATCH'],
  ['SELECT', '0'],
  ['FLUSHALL'],
  ['SCRIPT', 'FLUSH'],
  ['FUNCTION', 'FLUSH'],
];

/** A real server with a replica that listens, and an engine whose effects are followed. */
export class EffectServers {
  readonly #units: (readonly Effect[])[] = [];
  /** Where the effects are applied: another engine, and a real server. */
  readonly #copy = bareEngine({ version: ORACLE, scriptTimeLimit: 0 });

  private constructor(
    readonly client: RespClient,
    readonly other: RespClient,
    readonly engine: BareEngine['engine'],
    readonly session: BareEngine['session'],
    private readonly stream: ReplicationStream,
    private readonly follower: RespClient,
    private readonly run: (...words: string[]) => unknown,
    readonly stop: () => Promise<void>,
  ) {
    engine.effects.listen((unit) => this.#units.push(unit));
  }

  static async start(): Promise<EffectServers> {
    const real = await startRedisServer({ args: REPLICATION_ARGS });
    const [client, other] = [await RespClient.open(real.port), await RespClient.open(real.port)];
    const stream = await ReplicationStream.attach(real.port);
    const second = await startRedisServer();
    const follower = await RespClient.open(second.port);
    const { engine, session, run } = bareEngine({ version: ORACLE, scriptTimeLimit: 0 });
    return new EffectServers(client, other, engine, session, stream, follower, run, async () => {
      stream.close();
      client.close();
      other.close();
      engine.close();
      follower.close();
      await Promise.all([real.stop(), second.stop()]);
    });
  }

  /** Runs lines on both, from an empty start. What expires does when a command comes upon it. */
  async runAll(lines: readonly (readonly string[])[]): Promise<void> {
    for (const line of [...RESET, ...lines, ['DISCARD']]) await this.step(line);
  }

  /** Runs one line on both. */
  async step(line: readonly string[]): Promise<void> {
    await this.client.command(...line);
    this.run(...line);
    const { session, engine } = this;
    // The real server's client waited until its time was over.
    if (session.blocked !== undefined) engine.blocking.unblock(session, session.blocked.block.otherwise);
  }

  /** What both told since they were asked last; ours is applied to the followers. */
  async take(): Promise<{ readonly expected: ReplicatedCommand[]; readonly actual: ReplicatedCommand[] }> {
    const expected = (await this.stream.take()).map(normal);
    const actual = this.#units.splice(0).flatMap(asStream);
    for (const { database, line } of actual) {
      if (line[0] !== 'EXEC' && line[0] !== 'MULTI') await this.#follow('SELECT', String(database));
      await this.#follow(...line);
    }
    return { expected, actual: actual.map(normal) };
  }

  async #follow(...line: readonly string[]): Promise<void> {
    const reply = this.#copy.run(...line);
    const answer = await this.follower.command(...line);
    if (reply instanceof ErrorReply) throw new Error(`refused: ${line.join(' ').slice(0, 200)}: ${reply.text}`);
    if (answer?.type === '-') throw new Error(`refused: ${line.join(' ').slice(0, 200)}: ${answer.value}`);
  }

  /** Whether a key's value or deadline on the real follower is another. Its encoding may be: that goes by configuration. */
  async #differsThere(key: string, dump: string, deadline: string): Promise<boolean> {
    await this.follower.command('RESTORE', 'compared', deadline === '-1' ? '0' : deadline, dump, 'REPLACE', 'ABSTTL');
    const digests = textsOf(await this.follower.command('DEBUG', 'DIGEST-VALUE', key, 'compared'));
    await this.follower.command('DEL', 'compared');
    const at = await this.follower.command('PEXPIRETIME', key);
    return digests[0] !== digests[1] || String(at?.value) !== deadline;
  }

  /** How the followers' data differs from ours; undefined = it does not. */
  async differenceOfStates(): Promise<string | undefined> {
    const [own, copy] = [this.run, this.#copy.run];
    for (let database = 0; database < 16; database++) {
      const index = String(database);
      for (const run of [own, copy]) run('SELECT', index);
      await this.follower.command('SELECT', index);
      for (const key of new Set([...keysOf(own('KEYS', '*')), ...keysOf(copy('KEYS', '*'))])) {
        const [a, b] = [own, copy].map((run) => JSON.stringify(contentOf(run, key)));
        if (a !== b) return `database ${index}, ${key}: ${String(a)} is ${String(b)} on another engine`;
        const there = await this.#differsThere(key, String(own('DUMP', key)), String(own('PEXPIRETIME', key)));
        if (there) return `database ${index}, ${key}: ${String(a)} is another value on a real server`;
      }
      const there = textsOf(await this.follower.command('KEYS', '*')).length;
      if (there !== keysOf(own('KEYS', '*')).length) return `database ${index}: ${String(there)} keys`;
    }
    own('SELECT', '0');
    return undefined;
  }
}

type Run = (...words: string[]) => unknown;

/**
 * What a key holds. Of a stream's groups only what Redis tells its replicas: consumers that never got anything, when they
 * were seen, and how often an entry was read again is left to each.
 */
function contentOf(run: Run, key: string): unknown {
  const deadline = run('PEXPIRETIME', key);
  // Reading may have changed how it is kept (SORT), of which nobody is told.
  if (String(run('TYPE', key)) !== 'stream') return [deadline, run('DEBUG', 'DIGEST-VALUE', key)];
  const groups = (run('XINFO', 'GROUPS', key) as readonly { readonly entries: readonly unknown[] }[]).map(
    ({ entries }) => {
      const field = (name: string) => entries[entries.indexOf(name) + 1];
      const name = String(field('name'));
      const pending = run('XPENDING', key, name, '-', '+', '10000') as readonly (readonly unknown[])[];
      return [name, field('last-delivered-id'), pending.map(([id, consumer]) => [id, consumer])];
    },
  );
  const info = run('XINFO', 'STREAM', key) as { readonly entries: readonly unknown[] };
  const about = ['last-generated-id', 'max-deleted-entry-id', 'entries-added'].map(
    (name) => info.entries[info.entries.indexOf(name) + 1],
  );
  return [deadline, run('XRANGE', key, '-', '+'), about, groups];
}

function textsOf(reply: WireReply | undefined): string[] {
  return Array.isArray(reply?.value) ? (reply.value as readonly WireReply[]).map(({ value }) => String(value)) : [];
}

function keysOf(reply: unknown): string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}

/** How two streams differ; undefined = they do not. */
export function differenceOf({
  expected,
  actual,
}: {
  readonly expected: readonly ReplicatedCommand[];
  readonly actual: readonly ReplicatedCommand[];
}): string | undefined {
  const first = expected.findIndex((each, i) => !isSame(each, actual[i]));
  if (first < 0 && actual.length === expected.length) return undefined;
  return difference(expected, actual, first < 0 ? expected.length : first);
}

/** A unit as a replica would get it. */
function asStream(unit: readonly Effect[]): ReplicatedCommand[] {
  const database = unit[0]?.database ?? 0;
  if (unit.length === 1) return [...unit];
  return [{ database, line: ['MULTI'] }, ...unit, { database, line: ['EXEC'] }];
}

/** Without what means the same: the case of names; LIMIT of a trim that is exact by now. */
function normal({ database, line }: ReplicatedCommand): ReplicatedCommand {
  const [name = '', ...args] = line;
  const upper = name.toUpperCase();
  if (upper !== 'XADD' && upper !== 'XTRIM') return { database, line: [upper, ...args] };
  const kept = args.filter((arg, i) => arg.toUpperCase() !== 'LIMIT' && args[i - 1]?.toUpperCase() !== 'LIMIT');
  // The first id that Redis names may be one of an entry that was deleted.
  const minimum = kept.findIndex((arg, i) => arg.toUpperCase() === 'MINID' && kept[i + 1] === '=');
  if (minimum > 0) kept[minimum + 2] = 'the first';
  return { database, line: [upper, ...kept] };
}

function isSame(a: ReplicatedCommand, b: ReplicatedCommand | undefined): boolean {
  if (b?.line.length !== a.line.length) return false;
  // A transaction's frame belongs to no database.
  const framed = a.line[0] === 'MULTI' || a.line[0] === 'EXEC';
  return (
    (framed || a.database === b.database) &&
    a.line.every((word, i) => word === b.line[i] || isNear(word, b.line[i] ?? ''))
  );
}

/** Times, and ids of streams made of them. */
function isNear(a: string, b: string): boolean {
  const x = /^(1[0-9]{12})(-\d+)?$/.exec(a);
  const y = /^(1[0-9]{12})(-\d+)?$/.exec(b);
  // Ids of one millisecond here may be of two there.
  if (x === null || y === null || (x[2] === undefined) !== (y[2] === undefined)) return false;
  return Math.abs(Number(x[1]) - Number(y[1])) < NEAR_MS;
}

function difference(expected: readonly ReplicatedCommand[], actual: readonly ReplicatedCommand[], at: number): string {
  const show = (each: ReplicatedCommand | undefined) =>
    each === undefined ? 'nothing' : `${String(each.database)} ${JSON.stringify(each.line).slice(0, 400)}`;
  return `at ${String(at)}:\n  redis:   ${show(expected[at])}\n  respite: ${show(actual[at])}\n  before:  ${show(expected[at - 1])}\n  next: redis ${show(expected[at + 1])}, respite ${show(actual[at + 1])}`;
}
