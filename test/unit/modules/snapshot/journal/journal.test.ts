import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { ErrorReply } from '../../../../../src/engine';
import { FRAME_BYTES, readJournal } from '../../../../../src/modules/snapshot/journal/frame';
import { VirtualClock } from '../../../../../src/testing/virtual-clock';
import { crashed, JournaledEngines, journalsIn } from '../../../../support/journaled-engine';
import { contentsOf, type Kept, type KeptOptions } from '../../../../support/kept-engine';
import { everyOf } from '../../../../support/slice';
import { removeTemporaryPaths, temporaryPath } from '../../../../support/temporary-path';
import { until } from '../../../../support/until';

const engines = new JournaledEngines();
const open = (path: string, options?: KeptOptions): Promise<Kept> => engines.open(path, options);
afterEach(() => engines.end());
afterAll(removeTemporaryPaths);

it('brings back what changed since the start, and since the last snapshot', async () => {
  const path = await temporaryPath();
  const kept = await open(path);
  kept.run('SET', 'a', '1');
  kept.run('MULTI');
  kept.run('INCR', 'a');
  kept.run('SELECT', '3');
  kept.run('RPUSH', 'list', 'x', 'caf\xe9\r\n\x00');
  kept.run('EXEC');
  kept.run('EVAL', "redis.call('sadd','s','1','2','3') return redis.call('spop','s')", '0');
  kept.run('FUNCTION', 'LOAD', "#!lua name=lib\nredis.register_function('f', function() return 1 end)");
  kept.run('SELECT', '0');
  const first = await open(await crashed(path, kept));
  expect(contentsOf(first)).toEqual(contentsOf(kept));
  expect(first.run('FCALL', 'f', '0')).toBe(1);
  expect(first.logger.events('info')).toContain('journal_replayed');
  await kept.manager.snapshotNow();
  expect(await journalsIn(path)).toEqual(['journal-2']);
  kept.run('DEL', 'a');
  kept.run('XADD', 'stream', '*', 'f', 'v');
  const second = await open(await crashed(path, kept));
  expect(contentsOf(second)).toEqual(contentsOf(kept));
});

it('a start never continues a file, and what it brought back belongs to the next snapshot', async () => {
  const path = await temporaryPath();
  const kept = await open(path);
  kept.run('SET', 'a', '1');
  const copy = await crashed(path, kept);
  const again = await open(copy);
  again.run('SET', 'b', '2');
  expect(await journalsIn(copy)).toEqual(['journal-1', 'journal-2']);
  const third = await open(await crashed(copy, again), { durability: 'snapshot' });
  expect(contentsOf(third)).toEqual(contentsOf(again));
  // Without a journal of its own it keeps those there are until a snapshot holds what they say.
  await third.manager.snapshotNow();
  await third.manager.stop();
  const last = await open(await crashed(copy, again));
  expect(contentsOf(last)).toEqual(contentsOf(again));
});

it('deadlines are those there were, whatever the time of the restore', async () => {
  const clock = new VirtualClock();
  const path = await temporaryPath();
  const kept = await open(path, { clock });
  kept.run('SET', 'kept', 'v', 'PX', '1000');
  kept.run('SET', 'gone', 'v', 'PX', '1000');
  kept.run('SET', 'later', 'v', 'PX', '100000');
  await kept.manager.snapshotNow();
  await clock.advance(500);
  kept.run('PERSIST', 'kept');
  kept.run('EXPIRE', 'later', '5000');
  const copy = await crashed(path, kept);
  await clock.advance(10_000);
  const again = await open(copy, { clock });
  expect(again.run('GET', 'kept')).toBe('v');
  expect(again.run('GET', 'gone')).toBeNull();
  expect(again.run('PTTL', 'later')).toBe(5_000_000 - 10_000);
});

it('what a command still saw is there when it is run again, although its time is over before the frame is written', async () => {
  let now = 1_000_000;
  // A clock that time is not over for: no timer fires.
  const clock = { now: () => now, setTimer: () => undefined, clearTimer: () => undefined };
  const path = await temporaryPath();
  const kept = await open(path, { clock });
  kept.run('SET', 'k', 'v', 'PX', '10');
  now += 5;
  kept.run('APPEND', 'k', 'x');
  now += 20; // and the frame is written
  const copy = await crashed(path, kept);
  now -= 19;
  const again = await open(copy, { clock });
  expect([again.run('GET', 'k'), again.run('PTTL', 'k')]).toEqual(['vx', 4]);
});

it('a frame that was being written is cut off; what was whole before it comes back', async () => {
  const path = await temporaryPath();
  const kept = await open(path);
  kept.run('SET', 'a', '1');
  const copy = await crashed(path, kept);
  const file = join(copy, 'journal-1');
  const { end, frames } = readJournal(await readFile(file));
  expect(frames.length).toBeGreaterThan(0);
  const bytes = await readFile(file);
  bytes.write('RJF1', end, 'latin1');
  bytes.writeUInt32LE(400, end + 4);
  bytes.write('half of what was to be written', end + FRAME_BYTES);
  await writeFile(file, bytes);
  const again = await open(copy);
  expect(contentsOf(again)).toEqual(contentsOf(kept));
  again.run('SET', 'b', '1');
  const last = await open(await crashed(copy, again));
  expect(contentsOf(last)).toEqual(contentsOf(again));
});

it.each([...everyOf([0, 1, 20, 63, 64, 65, 5_000], { short: 2 })])(
  "a file that was being made (%d bytes of it are there) is in nobody's way, then or later",
  async (length) => {
    const path = await temporaryPath();
    const kept = await open(path, { encryptionKey: Buffer.alloc(32, 7) });
    kept.run('SET', 'a', '1');
    const copy = await crashed(path, kept);
    const made = await readFile(join(copy, 'journal-1'));
    const header = Buffer.alloc(64);
    made.copy(header, 0, 0, 64);
    header.writeUInt32LE(2, 8);
    header.writeUInt32LE(0, 12);
    header.writeUInt32LE(crc32(header), 12);
    await writeFile(join(copy, 'journal-2'), Buffer.concat([header, Buffer.alloc(5_000)]).subarray(0, length));
    let last = copy;
    for (let life = 0; life < 3; life++) {
      const again = await open(last, { encryptionKey: Buffer.alloc(32, 7) });
      expect(again.run('GET', 'a')).toBe('1');
      last = await crashed(last, again);
    }
  },
);

describe('damage in what was synced', () => {
  async function damaged(
    harm: (file: string) => Promise<void>,
    onCorruption: 'fail' | 'quarantine',
  ): Promise<Kept | string> {
    const path = await temporaryPath();
    const clock = new VirtualClock();
    const kept = await open(path, { clock });
    for (let i = 0; i < 3; i++) {
      await crashed(path, kept); // each is a frame of its own,
      await clock.advance(1000); // and synced
      await new Promise((resolve) => setImmediate(resolve));
    }
    const copy = await crashed(path, kept);
    await harm(join(copy, 'journal-1'));
    return open(copy, { onCorruption }).catch((error: unknown) => (error as { code: string }).code);
  }

  const flip = async (file: string): Promise<void> => {
    const bytes = await readFile(file);
    bytes[64 + FRAME_BYTES + 3] = (bytes[64 + FRAME_BYTES + 3] ?? 0) ^ 1;
    await writeFile(file, bytes);
  };
  const HARM: Readonly<Record<string, (file: string) => Promise<void>>> = {
    'a bit of a frame': flip,
    'the header': (file) => readFile(file).then((bytes) => writeFile(file, bytes.fill(0xff, 0, 20))),
    'another number': async (file) => {
      await cp(file, file.replace(/1$/, '2'));
    },
    'a file missing': async (file) => {
      await cp(file, file.replace(/1$/, '2'));
      await rm(file);
    },
  };

  it.each(Object.keys(HARM))('refuses the start: %s', async (what) => {
    expect(await damaged(HARM[what] ?? flip, 'fail')).toBe('RESTORE_CORRUPT');
  });

  it('is set aside whole, and nothing of it is there, where a snapshot and frames before it are sound', async () => {
    const path = await temporaryPath();
    const clock = new VirtualClock();
    const kept = await open(path, { clock });
    kept.run('SET', 'in the snapshot', '1');
    await kept.manager.snapshotNow();
    for (let i = 0; i < 4; i++) {
      kept.run('SET', `in frame ${String(i)}`, '1');
      await crashed(path, kept); // each is a frame of its own,
      await clock.advance(1000); // and synced
      await new Promise((resolve) => setImmediate(resolve));
    }
    const copy = await crashed(path, kept);
    const file = join(copy, 'journal-2');
    const bytes = await readFile(file);
    const second = bytes.indexOf('in frame 1');
    bytes.write('X', second, 'latin1');
    await writeFile(file, bytes);
    const again = await open(copy, { onCorruption: 'quarantine' });
    expect(again.run('DBSIZE')).toBe(0);
    again.run('SET', 'new', '1');
    await again.manager.snapshotNow();
    const last = await open(await crashed(copy, again));
    expect(contentsOf(last)).toEqual(contentsOf(again));
  });

  it('is set aside with its snapshot where that is wanted', async () => {
    const kept = (await damaged(flip, 'quarantine')) as Kept;
    expect(kept.run('DBSIZE')).toBe(0);
    const aside = kept.manager.status().restore?.quarantined ?? '';
    expect(await readdir(aside)).toContain('journal-1');
  });
});

it('refuses writes while it cannot be written, until a snapshot began another file', async () => {
  const path = await temporaryPath();
  const kept = await open(path);
  kept.run('SET', 'a', '1');
  // The next file cannot be made; the one after it can.
  await writeFile(join(path, 'journal-2'), 'in the way');
  await kept.manager.snapshotNow().catch(() => undefined);
  expect(kept.logger.events('error')).toContain('journal_failed');
  await until('it recovered', () => Promise.resolve(kept.manager.saveHooks.journal?.()?.healthy === true));
  await until('writes are taken', () => Promise.resolve(!(kept.run('SET', 'b', '2') instanceof ErrorReply)));
  const copy = await crashed(path, kept);
  expect(contentsOf(await open(copy))).toEqual(contentsOf(kept));
});

it('fails the start, and sets nothing aside, where a journal is no file', async () => {
  const path = await temporaryPath();
  const kept = await open(path, { durability: 'snapshot' });
  await kept.manager.stop();
  await mkdir(join(path, 'journal-1'));
  await expect(open(path, { onCorruption: 'quarantine' })).rejects.toMatchObject({ code: 'SNAPSHOT_FILE_UNSAFE' });
  expect(await readdir(path)).toContain('journal-1');
});

it('says in CONFIG and INFO what it is', async () => {
  const kept = await open(await temporaryPath(), { durability: 'always' });
  expect(kept.run('CONFIG', 'GET', 'appendonly')).toMatchObject({ entries: ['appendonly', 'yes'] });
  expect(kept.run('CONFIG', 'GET', 'appendfsync')).toMatchObject({ entries: ['appendfsync', 'always'] });
  expect(JSON.stringify(kept.run('INFO', 'persistence'))).toContain('aof_enabled:1\\r\\n');
});

it('a directory that was cut short by another program does not lose its synced frames silently', async () => {
  const path = await temporaryPath();
  const kept = await open(path);
  kept.run('SET', 'a', '1');
  await kept.manager.snapshotNow();
  await kept.manager.stop();
  await truncate(join(path, 'journal-2'), 10);
  // The snapshot names it, so it was whole: what stood in it cannot be known.
  await expect(open(path)).rejects.toMatchObject({ code: 'RESTORE_CORRUPT' });
});
