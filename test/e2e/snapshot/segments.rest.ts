import { cp, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentsOf, type Kept, setAside, start } from '../../support/kept-engine';
import { removeTemporaryPaths, temporaryPath } from '../../support/temporary-path';

afterAll(removeTemporaryPaths);

const MANY = 100_000;
const AT_ONCE = 1_000;

function fill(kept: Kept, command: string, key: string, element: (i: number) => readonly string[]): void {
  for (let i = 0; i < MANY; i += AT_ONCE)
    kept.run(command, key, ...Array.from({ length: AT_ONCE }, (_, j) => element(i + j)).flat());
}

function fillStream(kept: Kept): void {
  for (let i = 1; i <= MANY; i++) kept.run('XADD', 'stream', `${String(i)}-0`, 'field', String(i));
  kept.run('XGROUP', 'CREATE', 'stream', 'group', '0');
  for (let i = 0; i < MANY; i += 10_000)
    kept.run('XREADGROUP', 'GROUP', 'group', 'consumer', 'COUNT', '10000', 'STREAMS', 'stream', '>');
}

const VALUES: readonly [string, (kept: Kept) => void, readonly (readonly [string, ...string[]])[]][] = [
  [
    'hash',
    (kept) => {
      fill(kept, 'HSET', 'hash', (i) => [`field:${String(i)}`, `value ${String(i)}`]);
    },
    [
      ['HSET', 'hash', 'field:50000', 'changed'],
      ['HSET', 'hash', 'new', '1'],
      ['HDEL', 'hash', 'field:7'],
    ],
  ],
  [
    'set',
    (kept) => {
      fill(kept, 'SADD', 'set', (i) => [`member:${String(i)}`]);
    },
    [
      ['SADD', 'set', 'new'],
      ['SREM', 'set', 'member:7'],
    ],
  ],
  [
    'sorted set',
    (kept) => {
      fill(kept, 'ZADD', 'zset', (i) => [String((i * 7_919) % MANY), `member:${String(i)}`]);
    },
    [
      ['ZADD', 'zset', '4.5', 'new'],
      ['ZINCRBY', 'zset', '1000', 'member:7'],
    ],
  ],
  [
    'list',
    (kept) => {
      fill(kept, 'RPUSH', 'list', (i) => [`element:${String(i)}`]);
    },
    [
      ['LPUSH', 'list', 'new'],
      ['RPOP', 'list'],
      ['LSET', 'list', '50000', 'changed'],
      ['LINSERT', 'list', 'BEFORE', 'element:40000', 'new'],
    ],
  ],
  [
    'stream',
    fillStream,
    [
      ['XADD', 'stream', '*', 'field', 'new'],
      ['XACK', 'stream', 'group', '5000-0'],
      ['XDEL', 'stream', '70000-0'],
    ],
  ],
  [
    'string',
    (kept) => {
      kept.run('SET', 'string', 'x'.repeat(10 * MANY));
    },
    [
      ['SETRANGE', 'string', '500000', 'changed'],
      ['SETBIT', 'string', '7', '0'],
      ['APPEND', 'string', 'new'],
    ],
  ],
];

describe.each(VALUES)('a %s of 100,000 elements', (_type, make, changes) => {
  it('FR-2: is written in segments, of which a small change writes one or two', async () => {
    const path = await temporaryPath();
    let kept = await start(path);
    make(kept);
    const whole = await kept.manager.snapshotNow();
    expect(whole.keys).toBe(1);
    expect(whole.written).toBeGreaterThan(60);
    for (const change of changes) {
      kept.run(...change);
      const { written } = await kept.manager.snapshotNow();
      // The head, the segment, and where something moved into a hole, the segment it came from.
      expect([change[0], written <= 3]).toEqual([change[0], true]);
    }
    // Also when it was restored.
    await kept.manager.stop();
    kept = await start(path);
    const [command, ...args] = changes[0] ?? ['PING'];
    kept.run(command, ...args.slice(0, -1), 'again');
    const { written } = await kept.manager.snapshotNow();
    expect(written).toBeLessThanOrEqual(3);
    await kept.manager.stop();
  });
});

async function directoryWithSegments(): Promise<string> {
  const path = await temporaryPath();
  const kept = await start(path);
  for (let i = 0; i < 5_000; i++) kept.run('HSET', 'hash', `field:${String(i)}`, `value of ${String(i)}`);
  await kept.manager.stop();
  return path;
}

it('finds damage in any segment', async () => {
  const pristine = await directoryWithSegments();
  const bytes = await readFile(join(pristine, 'data.mdb'));
  for (const field of [0, 1_000, 2_500, 4_999]) {
    const at = bytes.indexOf(`value of ${String(field)}`);
    expect(at).toBeGreaterThan(0);
    const path = await temporaryPath();
    await cp(pristine, path, { recursive: true });
    const file = await open(join(path, 'data.mdb'), 'r+');
    await file.write('V', at);
    await file.close();
    const kept = await start(path);
    expect(kept.run('DBSIZE')).toBe(0);
    expect(await setAside(path)).toHaveLength(1);
    await kept.manager.stop();
  }
});

it('restores a directory of format 1, and writes format 2 into it', async () => {
  const path = await temporaryPath();
  await cp(join(__dirname, 'format-1'), path, { recursive: true });
  const format = async () =>
    (JSON.parse(await readFile(join(path, 'respite.json'), 'utf8')) as { readonly format: number }).format;
  const before = await start(path, { onCorruption: 'fail' });
  expect(before.manager.status().restore).toMatchObject({ keys: 7 });
  expect(before.run('GET', 'greeting')).toBe('hello');
  expect(before.run('HLEN', 'large')).toBe(1_200);
  expect(await format()).toBe(1);
  before.run('HSET', 'large', 'f7', 'changed');
  // The hash goes over into segments.
  const { written, keys } = await before.manager.snapshotNow();
  expect([written, keys, await format()]).toEqual([1 + Math.ceil(1_200 / 128), 7, 2]);
  const contents = contentsOf(before);
  await before.manager.stop();

  const after = await start(path, { onCorruption: 'fail' });
  expect(contentsOf(after)).toEqual(contents);
  expect(after.run('HGET', 'large', 'f7')).toBe('changed');
  await after.manager.stop();
});
