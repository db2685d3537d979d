import { readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ManualClock } from '../../../support/manual-clock';
import { directoryWith, keep, type Kept, setAside, start } from '../../../support/kept-engine';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';
import type { SnapshotSource } from '../../../../src/engine/snapshot/source';

afterAll(removeTemporaryPaths);

const INTERVAL = 60_000;

/** Calls `begun` when a snapshot has its point in time. */
const tellingBegin = (source: SnapshotSource, begun: () => void): SnapshotSource =>
  new Proxy(source, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, args);
        if (name === 'begin') begun();
        return result;
      };
    },
  });

async function idle({ manager }: Kept): Promise<void> {
  while (manager.status().running) await new Promise((resolve) => setImmediate(resolve));
}

async function damage(path: string): Promise<void> {
  await writeFile(join(path, 'data.mdb'), Buffer.alloc(50_000, 0xa5));
}

describe('the timer', () => {
  it('writes what changed at every interval, and nothing when nothing did', async () => {
    const clock = new ManualClock();
    const kept = await start(await temporaryPath(), { clock, interval: INTERVAL });
    kept.run('SET', 'a', '1');
    clock.advance(INTERVAL);
    await idle(kept);
    expect(kept.manager.status()).toMatchObject({ snapshots: 1, lastSuccess: clock.now(), last: { written: 1 } });
    clock.advance(INTERVAL);
    await idle(kept);
    expect(kept.manager.status()).toMatchObject({ snapshots: 1, lastSuccess: clock.now() });
    await kept.manager.stop();
    kept.run('SET', 'a', '2');
    clock.advance(INTERVAL);
    expect(kept.manager.status().running).toBe(false);
  });
});

describe('a snapshot that fails', () => {
  it('keeps its changes for the next one; three in a row degrade health', async () => {
    const path = await temporaryPath();
    const kept = await start(path);
    kept.run('SET', 'a', '1');
    const lock = await readFile(join(path, 'lock.1'));
    await unlink(join(path, 'lock.1'));
    for (const health of ['ok', 'ok', 'degraded']) {
      await expect(kept.manager.snapshotNow()).rejects.toMatchObject({ code: 'SNAPSHOT_LOCK_LOST' });
      expect(kept.manager.status().health).toBe(health);
    }
    expect(kept.manager.status()).toMatchObject({ failures: 3, failuresInARow: 3, lastSuccess: 0, snapshots: 0 });
    expect(kept.logger.events('error')).toContain('snapshot_failed');
    expect(kept.source.changes).toBe(1);
    await expect(kept.manager.stop()).rejects.toMatchObject({ code: 'SNAPSHOT_LOCK_LOST' });
    await writeFile(join(path, 'lock.1'), lock);
  });

  it('is over when the cause is: the next one writes everything that is missing', async () => {
    const path = await temporaryPath();
    const kept = await start(path);
    kept.run('SET', 'a', '1');
    await kept.manager.snapshotNow();
    // Somebody replaces the file's content by another snapshot's: not the one that was left there.
    const file = join(path, 'data.mdb');
    const other = await directoryWith('theirs');
    const [own, theirs] = [await readFile(file), await readFile(join(other, 'data.mdb'))];
    await kept.manager.stop();

    const again = await start(path);
    again.run('SET', 'b', '2');
    await writeFile(file, theirs);
    await expect(again.manager.snapshotNow()).rejects.toMatchObject({ code: 'SNAPSHOT_WRITE_FAILED' });
    await writeFile(file, own);
    again.run('SET', 'c', '3');
    await expect(again.manager.snapshotNow()).resolves.toMatchObject({ written: 2, keys: 3 });
    expect(again.manager.status()).toMatchObject({ failures: 1, failuresInARow: 0, health: 'ok' });
    await again.manager.stop();
  });
});

describe('several who want a snapshot', () => {
  it('share the one that begins after the running one', async () => {
    let begun = (): void => undefined;
    const running = new Promise<void>((resolve) => (begun = resolve));
    const kept = await start(await temporaryPath(), {
      through: (source) => tellingBegin(source, begun),
    });
    kept.run('SET', 'a', '1');
    const first = kept.manager.snapshotNow();
    await running;
    kept.run('SET', 'b', '2');
    const [second, third] = [kept.manager.snapshotNow(), kept.manager.snapshotNow()];
    expect(second).toBe(third);
    expect(await first).toMatchObject({ written: 1 });
    expect(await second).toMatchObject({ written: 1, keys: 2 });
    await kept.manager.stop();
  });

  it('SAVE is refused while one runs, and tells when the last one was', async () => {
    const kept = await start(await temporaryPath());
    const { saveHooks } = kept.manager;
    kept.run('SET', 'a', '1');
    const begin = Date.now();
    const saving = saveHooks.save();
    expect(saveHooks.saving()).toBe(true);
    await expect(saveHooks.save()).rejects.toMatchObject({ code: 'SNAPSHOT_RUNNING' });
    await saving;
    expect(saveHooks.saving()).toBe(false);
    expect(saveHooks.lastSave()).toBeGreaterThanOrEqual(begin);
    await kept.manager.stop();
  });
});

describe('a state that was never restored', () => {
  it('is never written', async () => {
    const path = await directoryWith('a');
    const kept = keep(path);
    kept.run('SET', 'intruder', '1');
    await expect(kept.manager.snapshotNow()).rejects.toMatchObject({ code: 'SNAPSHOT_NOT_READY' });
    await kept.manager.stop();
    const after = await start(path);
    expect(after.run('KEYS', '*')).toEqual(['a']);
    await after.manager.stop();
    await expect(after.manager.snapshotNow()).rejects.toMatchObject({ code: 'SNAPSHOT_NOT_READY' });
  });
});

describe('a damaged snapshot', () => {
  it('is set aside by default: the start goes on empty, loudly', async () => {
    const path = await directoryWith('a');
    await damage(path);
    const kept = await start(path);
    const [aside] = await setAside(path);
    expect(aside).toMatch(/\.corrupt-\d{8}T\d{6}Z$/);
    expect(kept.run('DBSIZE')).toBe(0);
    expect(kept.logger.events('error')).toEqual(['snapshot_quarantined']);
    expect(kept.manager.status().restore?.quarantined).toContain('.corrupt-');
    kept.run('SET', 'b', '2');
    await kept.manager.stop();
    const after = await start(path);
    expect(after.run('KEYS', '*')).toEqual(['b']);
    await after.manager.stop();
  });

  it('stops the start with on_corruption: fail, and stays as it is', async () => {
    const path = await directoryWith('a');
    await damage(path);
    const damaged = await readFile(join(path, 'data.mdb'));
    await expect(start(path, { onCorruption: 'fail' })).rejects.toMatchObject({ code: 'RESTORE_CORRUPT' });
    expect(await readFile(join(path, 'data.mdb'))).toEqual(damaged);
    expect(await setAside(path)).toEqual([]);
    // The lock was given back.
    await expect(start(path, { onCorruption: 'fail' })).rejects.toMatchObject({ code: 'RESTORE_CORRUPT' });
  });

  it.each([
    [
      'another directory’s',
      async (file: string) => writeFile(file, await readFile(join(await directoryWith('b'), 'data.mdb'))),
    ],
    ['emptied', (file: string) => writeFile(file, '')],
    ['deleted', (file: string) => unlink(file)],
  ])('is one that is whole but not the one that was left there: %s', async (_what, change) => {
    const path = await directoryWith('a');
    await change(join(path, 'data.mdb'));
    await expect(start(path, { onCorruption: 'fail' })).rejects.toMatchObject({ code: 'RESTORE_CORRUPT' });
  });

  it('is an older snapshot than the last that was written', async () => {
    const path = await temporaryPath();
    const kept = await start(path);
    kept.run('SET', 'a', '1');
    await kept.manager.snapshotNow();
    const older = await readFile(join(path, 'data.mdb'));
    kept.run('SET', 'a', '2');
    await kept.manager.stop();
    await writeFile(join(path, 'data.mdb'), older);
    await expect(start(path, { onCorruption: 'fail' })).rejects.toMatchObject({ code: 'RESTORE_CORRUPT' });
  });
});

it('restore_on_startup: false sets the snapshot aside and starts empty', async () => {
  const path = await directoryWith('a');
  const kept = await start(path, { restoreOnStartup: false });
  expect(kept.run('DBSIZE')).toBe(0);
  expect(await setAside(path)).toEqual([expect.stringContaining('.kept-')]);
  await kept.manager.stop();
});

it('snapshot_on_shutdown: false writes nothing at the end', async () => {
  const path = await directoryWith('a');
  const kept = await start(path, { onShutdown: false });
  kept.run('SET', 'b', '2');
  await kept.manager.stop();
  const after = await start(path);
  expect(after.run('KEYS', '*')).toEqual(['a']);
  await after.manager.stop();
});

it('a full snapshot replaces every record', async () => {
  const kept = await start(await temporaryPath());
  for (const key of ['a', 'b', 'c']) kept.run('SET', key, '1');
  await kept.manager.snapshotNow();
  kept.run('DEL', 'a');
  await expect(kept.manager.snapshotNow({ full: true })).resolves.toMatchObject({ keys: 2, skipped: false });
  await kept.manager.stop();
});

it('FLUSHDB and SWAPDB cost no record per key', async () => {
  const path = await temporaryPath();
  const kept = await start(path);
  for (let i = 0; i < 500; i++) kept.run('SET', `key:${String(i)}`, '1');
  kept.run('SELECT', '1');
  kept.run('SET', 'stays', '1');
  await kept.manager.snapshotNow();
  kept.run('SWAPDB', '0', '1');
  kept.run('FLUSHDB');
  await expect(kept.manager.snapshotNow()).resolves.toMatchObject({ written: 0, keys: 1, skipped: false });
  await kept.manager.stop();
  const after = await start(path);
  expect(after.run('KEYS', '*')).toEqual(['stays']);
  await after.manager.stop();
});

it('reports its progress while it restores', async () => {
  const path = await temporaryPath();
  const kept = await start(path);
  for (let i = 0; i < 20_000; i++) kept.run('SET', `key:${String(i)}`, 'x'.repeat(50));
  await kept.manager.stop();
  const progress: number[] = [];
  const after = await start(path, {
    onProgress: ({ records, total }) => {
      expect(total).toBe(20_000);
      progress.push(records);
    },
  });
  expect(progress.length).toBeGreaterThan(2);
  expect(progress.at(-1)).toBe(20_000);
  await after.manager.stop();
});

it('answers LOADING from the first moment of a start: nothing is written to what is about to be replaced', async () => {
  const path = await directoryWith('a');
  const kept = keep(path);
  const starting = kept.manager.start();
  expect(kept.run('SET', 'lost', '1')).toMatchObject({ text: expect.stringMatching(/^LOADING /) as string });
  await starting;
  expect(kept.run('KEYS', '*')).toEqual(['a']);
  await kept.manager.stop();
});

it('a start that is given up while it restores fails, and takes nothing for damage', async () => {
  const path = await temporaryPath();
  const kept = await start(path);
  for (let i = 0; i < 50_000; i++) kept.run('SET', `key:${String(i)}`, 'x'.repeat(100));
  await kept.manager.stop();
  const stopping = new AbortController();
  const again = keep(path, {
    onProgress: () => {
      stopping.abort();
    },
  });
  await expect(again.manager.start(stopping.signal)).rejects.toMatchObject({ code: 'RESTORE_FAILED' });
  expect(await setAside(path)).toEqual([]);
  const after = await start(path);
  expect(after.run('DBSIZE')).toBe(50_000);
  await after.manager.stop();
});
