import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentsOf, type Kept, type KeptOptions, setAside, start } from '../../../support/kept-engine';
import { ManualClock } from '../../../support/manual-clock';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(removeTemporaryPaths);

const copies = (path: string): string[] =>
  readdirSync(path)
    .filter((name) => name.startsWith('generation-'))
    .sort();
const journals = (path: string): string[] =>
  readdirSync(path)
    .filter((name) => name.startsWith('journal-'))
    .sort();

/** Spoils the records of a file, whatever they are. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xa5, 8_192));
}

/** A directory with as many snapshots, each with a further key `a1`, `a2`, ... */
async function withSnapshots(
  count: number,
  options: KeptOptions,
): Promise<{ readonly path: string; readonly kept: Kept }> {
  const path = await temporaryPath();
  const kept = await start(path, { onShutdown: false, ...options });
  for (let i = 1; i <= count; i++) {
    kept.run('SET', `a${String(i)}`, 'x'.repeat(5_000));
    await kept.manager.snapshotNow();
  }
  return { path, kept };
}

it('as many snapshots as are wanted can be fallen back on, the data file counted', async () => {
  const { path, kept } = await withSnapshots(5, { generations: 3 });
  expect(copies(path)).toEqual(['generation-4', 'generation-5']);
  await kept.manager.stop();
  const fewer = await start(path, { generations: 1 });
  fewer.run('SET', 'b', '1');
  await fewer.manager.snapshotNow();
  expect(copies(path)).toEqual([]);
  await fewer.manager.stop();
});

it('what a process left that ended in the middle of a copy goes with the next snapshot', async () => {
  const { path, kept } = await withSnapshots(1, { generations: 2 });
  writeFileSync(join(path, 'generation-9.new'), 'half');
  kept.run('SET', 'b', '1');
  await kept.manager.snapshotNow();
  expect(copies(path)).toEqual(['generation-2']);
  await kept.manager.stop();
});

it('copies that are too old go, but the newest', async () => {
  const clock = new ManualClock();
  const { path, kept } = await withSnapshots(3, { generations: 4, generationsAge: 60_000, clock });
  clock.advance(60_001);
  kept.run('SET', 'b', '1');
  await kept.manager.snapshotNow();
  expect(copies(path)).toEqual(['generation-4']);
  clock.advance(60_001);
  expect(await kept.manager.snapshotNow()).toMatchObject({ skipped: true });
  expect(copies(path)).toEqual(['generation-4']);
  await kept.manager.stop();
});

describe.each([
  ['in clear', undefined],
  ['encrypted', randomBytes(32)],
])('a damaged data file, %s', (_, encryptionKey) => {
  it('is replaced by the copy of the same snapshot, and set aside', async () => {
    const { path, kept } = await withSnapshots(3, { generations: 2, encryptionKey });
    await kept.manager.stop();
    damage(join(path, 'data.mdb'));
    const again = await start(path, { generations: 2, encryptionKey });
    expect(contentsOf(again)).toEqual(contentsOf(kept));
    expect(again.logger.events('error')).toEqual(['snapshot_fell_back']);
    expect(again.manager.status()).toMatchObject({
      health: 'degraded',
      restore: { generation: 'generation-3', keys: 3 },
    });
    const [aside = ''] = await setAside(path);
    expect(readdirSync(join(path, '..', aside))).toEqual(['data.mdb']);
    again.run('SET', 'later', '1');
    await again.manager.stop();
    const last = await start(path, { encryptionKey, onCorruption: 'fail' });
    expect(last.run('DBSIZE')).toBe(4);
    expect(last.manager.status().restore?.generation).toBeUndefined();
    await last.manager.stop();
  });

  it('is replaced by an older copy where the newest is damaged too; what came after is told to be lost', async () => {
    const { path, kept } = await withSnapshots(3, { generations: 3, encryptionKey });
    await kept.manager.stop();
    damage(join(path, 'data.mdb'));
    damage(join(path, 'generation-3'));
    const again = await start(path, { generations: 3, encryptionKey });
    expect(again.run('KEYS', '*')).toHaveLength(2);
    expect(again.logger.lines.find(({ level }) => level === 'error')?.message).toContain('IS LOST');
    const [aside = ''] = await setAside(path);
    expect(readdirSync(join(path, '..', aside)).sort()).toEqual(['data.mdb', 'generation-3']);
    again.run('SET', 'later', '1');
    await again.manager.stop();
    const last = await start(path, { encryptionKey, onCorruption: 'fail' });
    expect(last.run('DBSIZE')).toBe(3);
    await last.manager.stop();
  });

  it('costs nothing where journals have what came after: also with on_corruption fail', async () => {
    const { path, kept } = await withSnapshots(3, { generations: 3, durability: 'always', encryptionKey });
    kept.run('SET', 'journaled', '1');
    kept.run('DEL', 'a1');
    await kept.manager.stop();
    expect(journals(path)).toEqual(['journal-3', 'journal-4']);
    damage(join(path, 'data.mdb'));
    damage(join(path, 'generation-3'));
    const again = await start(path, { generations: 3, durability: 'always', encryptionKey });
    expect(contentsOf(again)).toEqual(contentsOf(kept));
    expect(again.manager.status().restore).toMatchObject({ generation: 'generation-2', replayed: expect.any(Number) });
    again.run('SET', 'later', '1');
    const before = contentsOf(again);
    await again.manager.stop();
    const last = await start(path, { generations: 3, durability: 'always', encryptionKey });
    expect(contentsOf(last)).toEqual(before);
    await last.manager.stop();
  });

  it('does not start with on_corruption fail where something would be lost, and nothing is changed', async () => {
    const { path, kept } = await withSnapshots(2, { generations: 3, durability: 'always', encryptionKey });
    kept.run('SET', 'journaled', '1');
    await kept.manager.stop();
    damage(join(path, 'data.mdb'));
    damage(join(path, 'generation-2'));
    unlinkSync(join(path, 'journal-2'));
    const names = readdirSync(path).sort();
    await expect(
      start(path, { generations: 3, durability: 'always', encryptionKey, onCorruption: 'fail' }),
    ).rejects.toMatchObject({
      code: 'RESTORE_CORRUPT',
      message: expect.stringMatching(/generation-1 is whole, as of .*Z, but what came after it is lost/),
    });
    expect(readdirSync(path).sort()).toEqual(names);
    const again = await start(path, {
      generations: 3,
      durability: 'always',
      encryptionKey,
      onCorruption: 'quarantine',
    });
    expect(again.run('KEYS', '*')).toEqual(['a1']);
    again.run('SET', 'acknowledged', '1');
    await again.manager.stop();
    const last = await start(path, { durability: 'always', encryptionKey });
    expect(last.run('GET', 'acknowledged')).toBe('1');
    await last.manager.stop();
  });
});

it('journals with a gap are not taken for all that came after a copy', async () => {
  const { path, kept } = await withSnapshots(1, { generations: 5, durability: 'always' });
  await kept.manager.stop();
  // A run whose changes no journal has.
  const between = await start(path, { generations: 5, onShutdown: false });
  between.run('SET', 'unjournaled', '1');
  await between.manager.snapshotNow();
  await between.manager.stop();
  const after = await start(path, { generations: 5, durability: 'always', onShutdown: false });
  after.run('SET', 'journaled', '1');
  await after.manager.stop();
  for (const name of ['data.mdb', 'generation-2']) damage(join(path, name));
  const again = await start(path, { generations: 5, durability: 'always', onCorruption: 'quarantine' });
  expect(again.run('KEYS', '*')).toEqual(['a1']);
  expect(again.logger.lines.find(({ level }) => level === 'error')?.message).toContain('IS LOST');
  await again.manager.stop();
});

it('without a copy that is whole a damaged data file is set aside with all of them', async () => {
  const { path, kept } = await withSnapshots(2, { generations: 2 });
  await kept.manager.stop();
  for (const name of ['data.mdb', 'generation-2']) damage(join(path, name));
  await expect(start(path, { onCorruption: 'fail' })).rejects.toMatchObject({ code: 'RESTORE_CORRUPT' });
  const again = await start(path, { generations: 2 });
  expect(again.run('DBSIZE')).toBe(0);
  expect(copies(path)).toEqual([]);
  await again.manager.stop();
});

it('a key that is changed leaves no copy of what was before', async () => {
  const { path, kept } = await withSnapshots(2, { generations: 3 });
  await kept.manager.rewriteWith(randomBytes(32));
  await kept.manager.stop();
  expect(copies(path)).toEqual([]);
});
