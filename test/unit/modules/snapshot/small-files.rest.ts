import { cp, mkdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../../src/container';
import { recognise } from '../../../../src/modules/snapshot/directory/recognise';
import { examine } from '../../../../src/modules/snapshot/doctor/examine';
import { directoryWith, setAside, start } from '../../../support/kept-engine';
import { everyOf } from '../../../support/slice';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(removeTemporaryPaths);

const FORMAT_1 = join(__dirname, '../../../e2e/snapshot/format-1');

/** A directory as versions before wrote it, whose marker has no checksum and does not say that there is a snapshot. */
async function oldDirectory(): Promise<string> {
  const path = await temporaryPath();
  await cp(FORMAT_1, path, { recursive: true });
  return path;
}

function* flipsOf(bytes: Buffer): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    yield flipped;
  }
}

const MAKERS: readonly [string, () => Promise<string>, number][] = [
  ['of this version', () => directoryWith('a'), 1],
  ['of a version before', oldDirectory, 7],
];

describe.each(MAKERS)('the marker %s', (_which, make, keys) => {
  it('may have any bit flipped: the directory is still known to be ours', async () => {
    const path = await make();
    const marker = join(path, 'respite.json');
    const whole = await readFile(marker);
    for (const flipped of everyOf(flipsOf(whole), { short: 11 })) {
      await writeFile(marker, flipped);
      expect(await recognise(path)).toBeDefined();
    }
  });

  it('may have any bit flipped: the data is restored, and the marker written anew', async () => {
    const path = await make();
    const marker = join(path, 'respite.json');
    const whole = await readFile(marker);
    for (const flipped of everyOf(flipsOf(whole), { short: 997, long: 421 })) {
      await writeFile(marker, flipped);
      const kept = await start(path, { onCorruption: 'fail' });
      expect(kept.manager.status().restore).toMatchObject({ keys });
      await kept.manager.stop();
      await start(path, { onCorruption: 'fail' }).then(async (again) => {
        expect(again.logger.events('warn')).toEqual([]);
        await again.manager.stop();
      });
    }
    expect(await setAside(path)).toEqual([]);
  });

  it.each([
    ['is gone', (marker: string) => unlink(marker), 'missing'],
    ['is empty', (marker: string) => truncate(marker), 'damaged'],
    ['is cut short', (marker: string) => truncate(marker, 40), 'damaged'],
    ['is something else', (marker: string) => writeFile(marker, Buffer.alloc(5_000, 0xa5)), 'damaged'],
  ])('%s: the data file says what it is, loudly', async (_what, change, trouble) => {
    const path = await make();
    await change(join(path, 'respite.json'));
    const kept = await start(path, { onCorruption: 'fail' });
    expect(kept.manager.status().restore).toMatchObject({ keys });
    expect(kept.logger.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { event: 'snapshot_marker_rewritten', fields: { trouble } },
    ]);
    await kept.manager.stop();
  });

  it('is damaged beside a data file that is not ours: refused, and nothing is touched', async () => {
    const path = await make();
    await writeFile(join(path, 'respite.json'), '{}');
    await writeFile(join(path, 'data.mdb'), 'theirs');
    await expect(start(path)).rejects.toMatchObject({ code: 'SNAPSHOT_DIR_FOREIGN' });
    expect(await readFile(join(path, 'data.mdb'), 'utf8')).toBe('theirs');
    expect(await readFile(join(path, 'respite.json'), 'utf8')).toBe('{}');
  });
});

it.each([
  ['last-snapshot', { short: 101, long: 29 }],
  ['data.mdb-lock', { short: 120_001, long: 60_001 }],
])(
  '%s may have any bit flipped, be cut short or be gone: the data is restored',
  async (name, step) => {
    const path = await directoryWith('a');
    const file = join(path, name);
    const whole = await readFile(file);
    const half = whole.subarray(0, whole.length / 2);
    for (const content of [
      ...everyOf(flipsOf(whole), step),
      half,
      Buffer.alloc(0),
      Buffer.alloc(9_000, 0xa5),
      undefined,
    ]) {
      await (content === undefined ? rm(file) : writeFile(file, content));
      const kept = await start(path, { onCorruption: 'fail' });
      expect(kept.run('GET', 'a')).toBe('1');
      kept.run('SET', 'b', '1');
      await kept.manager.stop();
    }
  },
  60_000,
);

describe('a snapshot that was written and is gone', () => {
  const LOSSES: readonly [string, (path: string) => Promise<void>][] = [
    ['the data file is empty', (path) => truncate(join(path, 'data.mdb'))],
    ['the data file is missing', (path) => unlink(join(path, 'data.mdb'))],
    ['the data file is one that LMDB has just made', emptyEnvironment],
  ];

  describe.each(LOSSES)('%s', (_what, lose) => {
    it.each(['with', 'without'])('is found %s last-snapshot', async (witness) => {
      const path = await directoryWith('a');
      await lose(path);
      if (witness === 'without') await unlink(join(path, 'last-snapshot'));
      await expect(start(path, { onCorruption: 'fail' })).rejects.toMatchObject({ code: 'RESTORE_CORRUPT' });
      expect(await setAside(path)).toEqual([]);
      const kept = await start(path);
      expect(kept.logger.events('error')).toEqual(['snapshot_quarantined']);
      expect(await setAside(path)).toHaveLength(1);
      await kept.manager.stop();
    });
  });

  it('is found in a directory of a version before that was started once', async () => {
    const path = await oldDirectory();
    await (await start(path)).manager.stop();
    await truncate(join(path, 'data.mdb'));
    await rm(join(path, 'last-snapshot'));
    await expect(start(path, { onCorruption: 'fail' })).rejects.toMatchObject({ code: 'RESTORE_CORRUPT' });
  });

  it('is not suspected where none was written', async () => {
    const path = await temporaryPath();
    for (let i = 0; i < 2; i++) await (await start(path, { onCorruption: 'fail' })).manager.stop();
    await unlink(join(path, 'data.mdb'));
    const kept = await start(path, { onCorruption: 'fail' });
    kept.run('SET', 'a', '1');
    await kept.manager.stop();
  });
});

/** An environment without any entry, as a start that was killed before its first commit leaves it. */
async function emptyEnvironment(path: string): Promise<void> {
  const lmdb = require('lmdb') as typeof import('lmdb');
  const file = join(path, 'data.mdb');
  await unlink(file);
  await lmdb.open({ path: file, noSubdir: true, maxDbs: 1, overlappingSync: false }).close();
}

it('the marker says that a snapshot was taken before the first one counts: when it cannot, the snapshot has failed', async () => {
  const path = await temporaryPath();
  const kept = await start(path);
  kept.run('SET', 'a', '1');
  const said = async () =>
    (JSON.parse(await readFile(join(path, 'respite.json'), 'utf8')) as { written: boolean }).written;
  expect(await said()).toBe(false);
  // What a marker is written to cannot be made.
  await mkdir(join(path, 'respite.json.new'));
  await expect(kept.manager.snapshotNow()).rejects.toMatchObject({ code: 'SNAPSHOT_WRITE_FAILED' });
  expect(kept.source.changes).toBe(1);
  await rm(join(path, 'respite.json.new'), { recursive: true });
  await expect(kept.manager.snapshotNow()).resolves.toMatchObject({ written: 1 });
  expect(await said()).toBe(true);
  await kept.manager.stop();
});

describe('a first snapshot that was being written when the process ended', () => {
  const WHAT: readonly [string, Buffer, number][] = [
    ['room was being made for it', Buffer.alloc(131_072), 0],
    ['its first pages are torn', Buffer.alloc(12_288, 0x5a), 1],
    ['its first pages are half there', Buffer.concat([Buffer.alloc(4096), Buffer.alloc(100, 1)]), 1],
  ];

  it.each(WHAT)('counts as none, and what the journal has is there: %s', async (_what, left, aside) => {
    const path = await temporaryPath();
    const options = { onCorruption: 'fail', durability: 'always', onShutdown: false } as const;
    const first = await start(path, options);
    first.run('SET', 'a', '1');
    await first.manager.stop();
    await writeFile(join(path, 'data.mdb'), left);
    const { findings } = await examine(path, { encryptionKey: undefined, clock: systemClock, databases: 16 });
    expect(findings.map(({ finding, weight }) => [finding, weight])).toContainEqual(['snapshot_unfinished', 'note']);
    const kept = await start(path, options);
    expect(kept.run('GET', 'a')).toBe('1');
    expect(kept.logger.events('warn')).toEqual(['snapshot_unfinished']);
    expect(await setAside(path)).toHaveLength(aside);
    await kept.manager.snapshotNow();
    await kept.manager.stop();
    const last = await start(path, options);
    expect(last.run('GET', 'a')).toBe('1');
    await last.manager.stop();
  });

  it('is none where one was complete before', async () => {
    const path = await directoryWith('a');
    await writeFile(join(path, 'data.mdb'), Buffer.alloc(131_072));
    await expect(start(path, { onCorruption: 'fail' })).rejects.toMatchObject({ code: 'RESTORE_CORRUPT' });
  });
});
