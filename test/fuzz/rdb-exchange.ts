import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportFrom } from '../../src/migration/move';
import type { OpenPlace } from '../../src/migration/place';
import { startListener } from '../../src/modules/cache/standalone/listener';
import { enginePlace, importFile } from '../support/migration-place';
import { startRedisServer } from '../support/redis-server';
import { RespClient, textOf, type WireReply } from '../support/resp-client';
import { SeededRandom } from '../support/seeded-random';
import { randomLimits, randomValue, type Recipe } from './dump-values';

export interface RdbExchangeReport {
  readonly seed: number;
  readonly datasets: number;
  readonly keys: number;
  /** Bytes of the files, those of the server and ours. */
  readonly bytes: { readonly redis: number; readonly respite: number };
  /** By type of value and encoding. */
  readonly encodings: Readonly<Record<string, number>>;
}

/** How a dataset is asked for what there is in it. */
type Ask = (...words: string[]) => Promise<WireReply | undefined>;

/**
 * Makes random datasets on a real server and moves them: its RDB file into an engine; the engine's RDB file, which
 * `redis-check-rdb` finds sound, back into the server; the engine's NDJSON into another engine. After each step everything is
 * compared with what the server had: DEBUG DIGEST, deadlines, what is known of streams, the libraries.
 * @throws the first dataset that differs, with the seed that makes it alone
 */
export async function exchangeRdbFiles(options: { seed: number; datasets: number }): Promise<RdbExchangeReport> {
  const { seed, datasets } = options;
  const server = await startRedisServer();
  const client = await RespClient.open(server.port);
  const folder = await mkdtemp(join(tmpdir(), 'rdb-exchange-'));
  const counts = { keys: 0, bytes: { redis: 0, respite: 0 }, encodings: {} as Record<string, number> };
  try {
    for (let i = 0; i < datasets; i++) {
      try {
        await exchange(seed + i, client, folder, counts);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`FUZZ_SEED=${String(seed + i)}: ${reason}`, { cause });
      }
    }
    return { seed, datasets, ...counts };
  } finally {
    client.close();
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

async function exchange(
  seed: number,
  client: RespClient,
  folder: string,
  counts: { keys: number; bytes: { redis: number; respite: number }; encodings: Record<string, number> },
): Promise<void> {
  const random = new SeededRandom(seed);
  const ask: Ask = (...words) => client.command(...words);
  const { keys, limits } = await makeDataset(client, random);
  // What is compact loses a score of -0: all is put into the form that it has under the last limits, which everybody has.
  await expectOk(ask, 'DEBUG', 'RELOAD');
  const before = await looks(ask, keys);
  for (const { encoding } of before.keys) counts.encodings[encoding] = (counts.encodings[encoding] ?? 0) + 1;
  counts.keys += keys.length;
  const dump = join(textOf((await list(ask, 'CONFIG', 'GET', 'dir'))[1]), 'dump.rdb');
  await expectOk(ask, 'CONFIG', 'SET', 'rdbcompression', random.pick(['yes', 'no']));
  await expectOk(ask, 'SAVE');
  const file = join(folder, 'ours.rdb');
  const lines = join(folder, 'ours.ndjson');
  await withEngine(limits, async (place, own) => {
    await importFile(place, dump);
    same('their RDB here', before, await looks(own, keys));
    counts.bytes.respite += (await exportFrom(place, { to: file, format: 'rdb', force: true })).bytes;
    await exportFrom(place, { to: lines, force: true });
  });
  counts.bytes.redis += (await readFile(dump)).length;
  execFileSync('redis-check-rdb', [file], { stdio: 'pipe' });
  await withEngine(limits, async (place, own) => {
    await importFile(place, lines);
    same('our NDJSON here', before, await looks(own, keys));
  });
  writeFileSync(dump, await readFile(file));
  await expectOk(ask, 'FUNCTION', 'FLUSH');
  await expectOk(ask, 'DEBUG', 'RELOAD', 'NOSAVE');
  same('our RDB there', before, await looks(ask, keys));
}

async function withEngine(limits: Recipe, use: (place: OpenPlace, ask: Ask) => Promise<void>): Promise<void> {
  const place = enginePlace();
  const listener = await startListener(place.engine, { host: '127.0.0.1', port: 0, path: '', password: '' });
  const wire = await RespClient.open(listener.port ?? 0);
  try {
    for (const line of limits) await wire.command(...line);
    await use(place, (...words) => wire.command(...words));
  } finally {
    wire.close();
    await listener.close();
    await place.close();
  }
}

/** A key of a dataset, and its database. */
type Place = readonly [db: number, key: string];

interface Dataset {
  readonly keys: readonly Place[];
  /** The limits that were set last. */
  readonly limits: Recipe;
}

const LIBRARY = '#!lua name=lib%\nredis.register_function("f%", function() return "\xe9" end)';

async function makeDataset(client: RespClient, random: SeededRandom): Promise<Dataset> {
  const lines: string[][] = [['FLUSHALL'], ['FUNCTION', 'FLUSH']];
  for (let left = random.below(3); left > 0; left--)
    lines.push(['FUNCTION', 'LOAD', LIBRARY.replaceAll('%', String(left))]);
  const keys: Place[] = [];
  let limits: Recipe = [];
  for (let left = 1 + random.below(12); left > 0; left--) {
    const key = random.pick([
      `key ${String(left)}`,
      String(left * 1000),
      `\xff\0${String(left)}`,
      'k'.repeat(left * 30),
    ]);
    const db = random.pick([0, 0, 0, 1, 15]);
    keys.push([db, key]);
    lines.push(['SELECT', String(db)], ...copies((limits = randomLimits(random))), ['DEL', key]);
    // The recipes make the key `k`.
    lines.push(['DEL', 'k'], ...copies(randomValue(random).recipe), ['RENAME', 'k', key]);
    if (random.below(3) === 0) lines.push(['PEXPIREAT', key, String(4_102_444_800_000 + random.below(1e9))]);
  }
  for (const line of [...lines, ['SELECT', '0']]) client.send(...line);
  for (let left = lines.length + 1; left > 0; left--) await client.next();
  return { keys, limits };
}

const copies = (recipe: Recipe): string[][] => recipe.map((line) => [...line]);

interface Looks {
  readonly digest: string;
  readonly functions: readonly string[];
  readonly keys: readonly {
    readonly key: string;
    readonly digest: string;
    readonly encoding: string;
    readonly at: string;
    readonly stream: unknown;
  }[];
}

/** All that two servers can be compared by. */
async function looks(ask: Ask, places: readonly Place[]): Promise<Looks> {
  const keys: Looks['keys'][number][] = [];
  for (const [db, key] of places) {
    await ask('SELECT', String(db));
    const type = textOf(await ask('TYPE', key));
    const at = textOf(await ask('PEXPIRETIME', key));
    const stream = type === 'stream' ? await ask('XINFO', 'STREAM', key, 'FULL', 'COUNT', '0') : undefined;
    const digest = textOf((await list(ask, 'DEBUG', 'DIGEST-VALUE', key))[0]);
    keys.push({
      key,
      digest,
      encoding: `${type} ${textOf(await ask('OBJECT', 'ENCODING', key))}`,
      at,
      stream: withoutNodes(stream),
    });
  }
  await ask('SELECT', '0');
  const functions = (await list(ask, 'FUNCTION', 'LIST', 'WITHCODE')).map((library) => JSON.stringify(library)).sort();
  return { digest: textOf(await ask('DEBUG', 'DIGEST')), functions, keys };
}

/**
 * What XINFO says of a stream, but for the nodes it has, which deleted entries and other limits change, and for when consumers
 * were active, which a file that Redis 7.0 reads does not tell.
 */
function withoutNodes(reply: WireReply | undefined): unknown {
  if (!Array.isArray(reply?.value)) return reply;
  const fields = reply.value as readonly WireReply[];
  const value = fields.filter((_, i) => !/^(?:radix-tree|active-time$)/.test(textOf(fields[i - (i % 2)])));
  return { ...reply, value: value.map(withoutNodes) };
}

/** Encodings may differ: each side goes by its own limits, which are those of the last key. */
function same(what: string, expected: Looks, found: Looks): void {
  const bare = ({ digest, functions, keys }: Looks) =>
    JSON.stringify({
      keys: keys.map(({ encoding, ...key }) => ({ ...key, type: encoding.split(' ')[0] })),
      digest,
      functions,
    });
  const [a, b] = [bare(expected), bare(found)];
  if (a === b) return;
  let from = 0;
  while (a[from] === b[from]) from += 1;
  const around = (text: string) => text.slice(Math.max(0, from - 200), from + 200);
  throw new Error(`${what} is not what the server had:\n${around(b)}\ninstead of\n${around(a)}`);
}

async function list(ask: Ask, ...words: string[]): Promise<readonly WireReply[]> {
  const reply = await ask(...words);
  return Array.isArray(reply?.value) ? (reply.value as readonly WireReply[]) : []; // a reply of several parts
}

async function expectOk(ask: Ask, ...words: string[]): Promise<void> {
  const reply = textOf(await ask(...words));
  if (reply !== 'OK') throw new Error(`${words.join(' ')}: ${reply}`);
}

/** RDB files that a real server wrote of random datasets. */
export async function serverFiles(seed: number, files: number): Promise<Buffer[]> {
  const server = await startRedisServer();
  const client = await RespClient.open(server.port);
  const ask: Ask = (...words) => client.command(...words);
  try {
    const dump = join(textOf((await list(ask, 'CONFIG', 'GET', 'dir'))[1]), 'dump.rdb');
    const found: Buffer[] = [];
    for (let i = 0; i < files; i++) {
      await makeDataset(client, new SeededRandom(seed + i));
      await expectOk(ask, 'SAVE');
      found.push(await readFile(dump));
    }
    return found;
  } finally {
    client.close();
    await server.stop();
  }
}
