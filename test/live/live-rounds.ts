import { Redis } from 'ioredis';
import { type RunningCommand, startCommand } from '../support/cli';
import { ORACLE } from '../support/oracle';
import { LiveWriters } from '../support/live-writers';
import { crash, PrivatePlace, stop } from '../support/private-place';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { SeededRandom } from '../support/seeded-random';
import { QueueWork } from './queue-work';

/** What live moves under load came to. */
export interface LiveFigures {
  readonly rounds: number;
  /** What was killed before the move that was cut over, how often. */
  readonly killed: Readonly<Record<string, number>>;
  /** From when writers waited until the target had everything, milliseconds, in order. */
  readonly pauses: readonly number[];
  readonly pauseP99: number;
  /** Commands of writers a second, in the slowest round and on average, those of BullMQ not counted. */
  readonly writesPerSecond: { readonly least: number; readonly mean: number };
  readonly jobs: number;
  /** Jobs that ran again because their worker was gone. */
  readonly jobsTakenOver: number;
}

/** A data directory and a Redis; the one is the source, the other the target. */
interface Sides {
  readonly place: PrivatePlace;
  readonly outwards: boolean;
  owner: RunningCommand & { readonly url: string };
  server: RedisServer;
}

/** It is of the server's version, as digests show scores in the way of theirs. */
const SETTINGS = ['redis.standalone.persistence.durability=always', `redis.standalone.version=${ORACLE}`];
const OWNER_ARGS = SETTINGS.flatMap((setting) => ['--set', setting]);
const SERVER_ARGS = ['--repl-diskless-sync-delay', '0'];

/**
 * Moves data live, in turn from a process to a Redis and back, while clients write and a queue works; before that, at random, the command,
 * the source or the target is killed in the middle of a move. @throws Error at the first thing that must not happen
 */
export async function runLive(seed: number, rounds: number, keys: number): Promise<LiveFigures> {
  const random = new SeededRandom(seed);
  const pauses: number[] = [];
  const rates: number[] = [];
  const killed: Record<string, number> = {};
  let jobs = 0;
  let jobsTakenOver = 0;
  for (let round = 0; round < rounds; round++) {
    const outwards = round % 2 === 0;
    const victims = outwards ? ['nobody', 'command', 'source', 'target'] : ['nobody', 'command', 'target'];
    const victim = victims[random.below(victims.length)] ?? 'nobody';
    killed[victim] = (killed[victim] ?? 0) + 1;
    const report = await oneRound(random, { outwards, victim, keys }).catch((cause: unknown) => {
      throw new Error(`round ${String(round)} (seed ${String(seed)}, killed: ${victim})`, { cause });
    });
    pauses.push(report.pauseMs);
    rates.push(report.writesPerSecond);
    jobs += report.jobs;
    jobsTakenOver += report.jobsTakenOver;
  }
  const sorted = pauses.toSorted((a, b) => a - b);
  return {
    rounds,
    killed,
    pauses,
    pauseP99: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0,
    writesPerSecond: {
      least: Math.round(Math.min(...rates)),
      mean: Math.round(rates.reduce((sum, rate) => sum + rate, 0) / rates.length),
    },
    jobs,
    jobsTakenOver,
  };
}

async function oneRound(
  random: SeededRandom,
  { outwards, victim, keys }: { readonly outwards: boolean; readonly victim: string; readonly keys: number },
) {
  const place = new PrivatePlace();
  const server = await startRedisServer({ args: SERVER_ARGS });
  const sides: Sides = { place, outwards, owner: await place.start(...OWNER_ARGS), server };
  try {
    await fill(addressOf(sides, 'source'), keys);
    if (victim !== 'nobody') await moveAndKill(sides, victim, random);
    return await moveAndCutOver(sides, random);
  } finally {
    await sides.server.stop();
    await place.remove();
  }
}

/** A move in whose middle something is killed; everything is there again afterwards. */
async function moveAndKill(sides: Sides, victim: string, random: SeededRandom): Promise<void> {
  const client = connect(addressOf(sides, 'source'));
  const writers = new LiveWriters(client);
  const move = migrate(sides);
  if (random.below(2) === 0) await move.line((line) => line.includes('copied'));
  else await new Promise((resolve) => setTimeout(resolve, 300 + random.below(600)));
  if (victim === 'command') move.process.kill('SIGKILL');
  else await restart(sides, victim, move);
  const { code, stdout } = await move.ended;
  // Killed before the move knew of it, nobody uses the directory, or the server is not there.
  const codes = /MIGRATION_CONNECTION_LOST|MIGRATION_OPTIONS_INVALID|SNAPSHOT_OWNER_UNREACHABLE|REDIS_UNREACHABLE/;
  if (victim !== 'command' && (code === 0 || !codes.test(stdout)))
    throw new Error(`the move ended with ${String(code)}: ${stdout}`);
  await writers.stop();
  client.disconnect();
}

async function restart(sides: Sides, victim: string, move: RunningCommand): Promise<void> {
  if ((victim === 'source') === sides.outwards) {
    await crash(sides.owner);
    sides.owner = await sides.place.start(...OWNER_ARGS).catch(async (refusal: unknown) => {
      if (!String(refusal).includes('SNAPSHOT_LOCKED')) throw refusal;
      // The move was only about to begin, found nobody there, and has the directory to itself until it says so.
      await move.ended;
      return sides.place.start(...OWNER_ARGS);
    });
  } else {
    await sides.server.stop();
    sides.server = await startRedisServer({ args: SERVER_ARGS });
  }
}

async function moveAndCutOver(sides: Sides, random: SeededRandom) {
  const { outwards } = sides;
  const [from, to] = [addressOf(sides, 'source'), addressOf(sides, 'target')];
  const client = connect(from);
  const work = new QueueWork();
  try {
    const before = Number(await client.get('counter'));
    const writers = new LiveWriters(client, 1);
    const begun = performance.now();
    work.start(from, true);
    const move = migrate(sides, '--replace', '--prune', '--cutover', '--verify');
    const { pauseMs } = JSON.parse(await move.line((line) => line.includes('"cutover"'))) as { pauseMs: number }; // its words
    const writesPerSecond = (writers.commands / (performance.now() - begun)) * 1000;
    await assertEqual(from, to, Math.max(before, writers.acknowledged));
    // What waits now is never done.
    if (!outwards) await sides.server.stop();
    else await (random.below(2) === 0 ? crash(sides.owner) : stop(sides.owner));
    await writers.stop();
    await work.leave();
    const { code, stdout, stderr } = await move.ended;
    if (code !== 0) throw new Error(`the move ended with ${String(code)}: ${stdout}${stderr}`);
    work.start(to, false);
    await work.finished();
    if (work.twice.length > 0) throw new Error(`ran twice: ${work.twice.join(', ')}`);
    const jobsTakenOver = [...work.begun.values()].filter((times) => times > 1).length;
    return { pauseMs, writesPerSecond, jobs: work.accepted.size, jobsTakenOver };
  } finally {
    client.disconnect();
    await work.leave();
  }
}

async function assertEqual(from: Address, to: Address, counter: number): Promise<void> {
  const [here, there] = [connect(from), connect(to)];
  try {
    const counted = Number(await there.get('counter'));
    if (counted !== counter) throw new Error(`the counter is ${String(counted)}, and ${String(counter)} was answered`);
    const [digests, others] = [await digestsOf(here), await digestsOf(there)];
    const differing = [...new Set([...digests.keys(), ...others.keys()])].filter(
      (key) => digests.get(key) !== others.get(key),
    );
    if (differing.length > 0) throw new Error(`these keys differ: ${differing.slice(0, 20).join(', ')}`);
  } finally {
    here.disconnect();
    there.disconnect();
  }
}

/** Keys that expire sooner, in milliseconds, may be there or not, depending on when it is looked: the locks of jobs. */
const SOON_MS = 10_000;

/** Redis' own digests of values, with their deadlines, by name; of both databases that are written to. */
async function digestsOf(client: Redis): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  for (const db of [0, 3]) {
    await client.select(db);
    for await (const keys of client.scanStream({ count: 1000 }) as AsyncIterable<string[]>) {
      const pipeline = client.pipeline();
      for (const key of keys) pipeline.pttl(key).call('PEXPIRETIME', key).call('DEBUG', 'DIGEST-VALUE', key);
      const replies = ((await pipeline.exec()) ?? []).map(([, reply]) => reply);
      for (const [i, key] of keys.entries()) {
        const [left, at, digest] = replies.slice(i * 3, i * 3 + 3);
        if (Number(left) === -1 || Number(left) > SOON_MS)
          digests.set(`${String(db)}:${key}`, `${String(digest)} ${String(at)}`);
      }
    }
  }
  return digests;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function addressOf({ owner, server, outwards }: Sides, side: 'source' | 'target'): Address {
  return (side === 'source') === outwards
    ? { host: '127.0.0.1', port: Number(new URL(owner.url).port) }
    : { host: server.host, port: server.port };
}

function connect(address: Address): Redis {
  const client = new Redis({ ...address, retryStrategy: null, maxRetriesPerRequest: null });
  client.on('error', () => undefined); // whoever asks gets it
  return client;
}

function migrate({ place, outwards, server }: Sides, ...args: string[]): RunningCommand {
  const url = `redis://${server.host}:${String(server.port)}`;
  const all = ['migrate', '--live', outwards ? '--to' : '--from', url, '--json', ...args];
  return startCommand(all, { cwd: place.cwd, env: { TMPDIR: place.tmp } });
}

async function fill(address: Address, keys: number): Promise<void> {
  const client = connect(address);
  for (let at = 0; at < keys; at += 1000) {
    const pipeline = client.pipeline();
    for (let i = at; i < Math.min(keys, at + 1000); i += 4) {
      pipeline.set(`filled:${String(i)}`, 'x'.repeat(i % 200), 'EX', 86_400 + i);
      pipeline.hset(`filled:${String(i + 1)}`, 'a', i, 'b', 'x'.repeat(i % 50));
      pipeline.rpush(`filled:${String(i + 2)}`, 'one', i, 'three');
      pipeline.zadd(`filled:${String(i + 3)}`, i, 'one', i / 3, 'two');
    }
    await pipeline.exec();
  }
  client.disconnect();
}
