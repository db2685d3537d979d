import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { contentsOf, type Kept, start } from '../../support/kept-engine';
import { mayMount, removeSmallDisks, smallDisk } from '../../support/small-disk';
import { removeTemporaryPaths, temporaryPath } from '../../support/temporary-path';

afterAll(async () => {
  removeSmallDisks();
  await removeTemporaryPaths();
});

/** More than the small disk holds. */
function writeTooMuch(kept: Kept): void {
  for (let i = 0; i < 5_000; i++) kept.run('SET', `key:${String(i)}`, 'x'.repeat(1_000));
}

/** Mounting takes root. Without, the limit on the size of a file below is what is tested. */
const asRoot = mayMount ? it : it.skip;

asRoot(
  'NFR-2: a full disk fails the snapshot, leaves the last one intact, and is over when there is room',
  async () => {
    const disk = await smallDisk('4m');
    const ballast = join(disk, 'ballast');
    mkdirSync(ballast);
    const path = join(disk, 'data');

    const kept = await start(path);
    kept.run('SET', 'a', '1');
    await kept.manager.snapshotNow();
    writeFileSync(join(ballast, 'file'), Buffer.alloc(3 * 1024 * 1024));
    kept.run('SET', 'b', 'x'.repeat(2 * 1024 * 1024));
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(kept.manager.snapshotNow()).rejects.toMatchObject({ code: 'SNAPSHOT_WRITE_FAILED' });
    }
    expect(kept.manager.status()).toMatchObject({ health: 'degraded', failures: 3 });
    rmSync(join(ballast, 'file'));
    await expect(kept.manager.snapshotNow()).resolves.toMatchObject({ keys: 2 });
    // The disk is a small one, which health tells as well.
    expect(kept.manager.status()).toMatchObject({ failuresInARow: 0 });
    expect(kept.manager.status().troubles.join()).not.toContain('failed');
    const expected = contentsOf(kept);

    writeFileSync(join(ballast, 'file'), Buffer.alloc(1024 * 1024));
    writeTooMuch(kept);
    await expect(kept.manager.stop()).rejects.toMatchObject({ code: 'SNAPSHOT_WRITE_FAILED' });
    const after = await start(path, { onCorruption: 'fail', onShutdown: false });
    expect(contentsOf(after)).toEqual(expected);
    await after.manager.stop();
  },
);

asRoot(
  'a full disk: no copy takes the place of a damaged data file, no key is changed, and nothing is lost by either',
  async () => {
    const disk = await smallDisk('6m');
    const ballast = join(disk, 'ballast');
    const path = join(disk, 'data');
    const kept = await start(path, { generations: 2, onShutdown: false });
    kept.run('SET', 'a', 'x'.repeat(1_500_000));
    await kept.manager.snapshotNow();
    const expected = contentsOf(kept);
    writeFileSync(ballast, Buffer.alloc(2 * 1024 * 1024));
    const names = readdirSync(path).sort();
    await expect(kept.manager.rewriteWith(Buffer.alloc(32, 1))).rejects.toMatchObject({
      code: 'SNAPSHOT_WRITE_FAILED',
    });
    expect(readdirSync(path).sort()).toEqual(names);
    await kept.manager.stop();

    const data = join(path, 'data.mdb');
    writeFileSync(data, readFileSync(data).fill(0xa5, 8_192));
    const damaged = readdirSync(path).sort();
    await expect(start(path, { generations: 2 })).rejects.toMatchObject({ code: 'RESTORE_FAILED' });
    expect(readdirSync(path).sort()).toEqual(damaged);
    rmSync(ballast);
    const after = await start(path, { generations: 2, onShutdown: false });
    expect(contentsOf(after)).toEqual(expected);
    await after.manager.stop();
  },
);

const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux('NFR-2: a limit on the size of a file does the same', async () => {
  const path = await temporaryPath();
  const child = startLimited(path);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => (await lines.next()).value;
  expect(await next()).toBe('small: written');
  expect(await next()).toBe('large: SNAPSHOT_WRITE_FAILED');
  execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:unlimited']);
  child.stdin.write('go on\n');
  expect(await next()).toBe('again: written');
  child.stdin.end();
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);

  const after = await start(path, { onCorruption: 'fail' });
  expect(after.run('DBSIZE')).toBe(5_001);
  await after.manager.stop();
});

/** A process whose files cannot grow beyond 1 MB; the soft limit, so that `prlimit` can lift it. */
function startLimited(
  path: string,
): ChildProcess & { stdin: NonNullable<ChildProcess['stdin']>; stdout: NonNullable<ChildProcess['stdout']> } {
  const program = [join(__dirname, '../../support/run-ts.js'), join(__dirname, 'limited-program.ts'), path];
  return spawn('bash', ['-c', 'ulimit -S -f 1024; exec "$@"', 'bash', process.execPath, ...program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}
