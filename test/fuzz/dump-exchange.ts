import { openEngine } from '../../src/engine';
import { startListener } from '../../src/modules/cache/standalone/listener';
import { ORACLE } from '../support/oracle';
import { startRedisServer } from '../support/redis-server';
import { RespClient, textOf, type WireReply } from '../support/resp-client';
import { SeededRandom } from '../support/seeded-random';
import { randomLimits, randomValue, type Recipe } from './dump-values';

export interface DumpExchangeReport {
  readonly seed: number;
  readonly values: number;
  /** By kind of value and encoding. */
  readonly encodings: Readonly<Record<string, number>>;
}

/**
 * Makes random values on the real server and on ours, dumps them, restores each dump on both, under other limits, and
 * compares digests, encodings, and all that is known of streams.
 * @throws the first value that differs, with the seed that makes it alone
 */
export async function exchangeDumps({ seed, values }: { seed: number; values: number }): Promise<DumpExchangeReport> {
  const real = await startRedisServer();
  const engine = openEngine({ version: ORACLE });
  const listener = await startListener(engine, { host: '127.0.0.1', port: 0, path: '', password: '' });
  const servers = { redis: await RespClient.open(real.port), respite: await RespClient.open(listener.port ?? 0) };
  const encodings: Record<string, number> = {};
  try {
    for (let i = 0; i < values; i++) {
      const { kind, encoding } = await exchangeOne(servers, seed + i);
      const name = `${kind}: ${encoding}`;
      encodings[name] = (encodings[name] ?? 0) + 1;
    }
    return { seed, values, encodings };
  } finally {
    servers.redis.close();
    servers.respite.close();
    await listener.close();
    engine.close();
    await real.stop();
  }
}

type Servers = Readonly<Record<'redis' | 'respite', RespClient>>;

async function exchangeOne(servers: Servers, seed: number): Promise<{ kind: string; encoding: string }> {
  const random = new SeededRandom(seed);
  const limits = randomLimits(random);
  const { kind, recipe } = randomValue(random);
  const limitsAfter = random.below(2) === 0 ? randomLimits(random) : [];
  const check = (what: string, left: unknown, right: unknown): void => {
    const [a, b] = [JSON.stringify(left), JSON.stringify(right)];
    if (a === b) return;
    throw new Error(
      `${what} (FUZZ_SEED=${String(seed)}, ${kind})\n${fromDifference(a, b)}\n${fromDifference(b, a)}\nlimits ${JSON.stringify(limits)}, then ${JSON.stringify(limitsAfter)}\nmade by ${JSON.stringify(recipe).slice(0, 1500)}`,
    );
  };
  // Redis keeps the encoding that a dump has under some of the other limits, ours goes by the limits alone.
  const visible = (state: Looks): Looks => (limitsAfter.length > 0 ? { ...state, encoding: '', details: '' } : state);
  const both = [servers.redis, servers.respite] as const;
  for (const server of both) {
    await run(server, [['FLUSHALL'], ...limits, ...recipe]);
  }
  check('made: redis, respite', await look(servers.redis, 'k'), await look(servers.respite, 'k'));
  const dumps = { redis: await dump(servers.redis), respite: await dump(servers.respite) };
  for (const server of both) {
    await run(server, limitsAfter);
    for (const [origin, payload] of Object.entries(dumps))
      check('restored', textOf(await server.command('RESTORE', `from ${origin}`, '0', payload)), 'OK');
    const [own, other] = server === servers.redis ? (['redis', 'respite'] as const) : (['respite', 'redis'] as const);
    const left = await look(server, `from ${own}`);
    const right = await look(server, `from ${other}`);
    check(`restored on ${own}: its own dump, the other's`, visible(left), visible(right));
  }
  const restored = [await look(servers.redis, 'from redis'), await look(servers.respite, 'from redis')] as const;
  check('restored: redis, respite', visible(restored[0]), visible(restored[1]));
  return { kind, encoding: textOf(await servers.redis.command('OBJECT', 'ENCODING', 'k')) };
}

/** The part of `a` around the place where `b` differs. */
function fromDifference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return a.slice(Math.max(0, at - 200), at + 200);
}

async function run(server: RespClient, lines: Recipe): Promise<void> {
  for (const line of lines) server.send(...line);
  for (let left = lines.length; left > 0; left--) await server.next();
}

async function dump(server: RespClient, key = 'k'): Promise<string> {
  return textOf(await server.command('DUMP', key));
}

type Looks = Readonly<Record<'type' | 'digest' | 'encoding' | 'details', unknown>>;

/** What can be compared of a value between two servers. */
async function look(server: RespClient, key: string): Promise<Looks> {
  const type = textOf(await server.command('TYPE', key));
  const digest = await server.command('DEBUG', 'DIGEST-VALUE', key);
  const encoding = textOf(await server.command('OBJECT', 'ENCODING', key));
  const details = type === 'stream' ? timeless(await server.command('XINFO', 'STREAM', key, 'FULL', 'COUNT', '0')) : '';
  return { type, digest, encoding, details };
}

/** XINFO STREAM FULL without the moments of reading and claiming, which two servers do not share. */
function timeless(reply: WireReply | undefined): unknown {
  if (!Array.isArray(reply?.value)) return reply?.type === ':' && reply.value.length === 13 ? 'a moment' : reply?.value;
  return (reply.value as readonly WireReply[]).map(timeless);
}
