import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, CacheBackend, createApp, SnapshotManager } from '../../../src';
import type { Logger } from '../../../src/container';
import { RecordingLogger, setAside, start } from '../../support/kept-engine';
import { mayMount, removeSmallDisks, smallDisk } from '../../support/small-disk';
import { removeTemporaryPaths, temporaryPath } from '../../support/temporary-path';

afterAll(async () => {
  removeSmallDisks();
  await removeTemporaryPaths();
});

function startApp(dataDirectory: string, logger: Logger): Promise<App> {
  return createApp({
    configFile: false,
    env: {},
    logger,
    config: {
      mode: 'standalone',
      redis: {
        standalone: {
          persistence: { enabled: true, data_dir: dataDirectory, snapshot_interval: '1h', snapshot_on_shutdown: false },
        },
      },
    },
  }).start();
}

/** What happens to a data directory while it is used. */
const EVENTS: readonly [string, string, (path: string) => void][] = [
  [
    'its data file is replaced by a copy',
    'SNAPSHOT_WRITE_FAILED',
    (path) => {
      cpSync(join(path, 'data.mdb'), join(path, 'copy'));
      renameSync(join(path, 'copy'), join(path, 'data.mdb'));
    },
  ],
  [
    'its data file is replaced by something else',
    'SNAPSHOT_WRITE_FAILED',
    (path) => {
      writeFileSync(join(path, 'copy'), 'else');
      renameSync(join(path, 'copy'), join(path, 'data.mdb'));
    },
  ],
  [
    'its data file is moved away',
    'SNAPSHOT_WRITE_FAILED',
    (path) => {
      renameSync(join(path, 'data.mdb'), join(path, 'moved'));
    },
  ],
  [
    'it is removed',
    'SNAPSHOT_LOCK_LOST',
    (path) => {
      rmSync(path, { recursive: true });
    },
  ],
  [
    'it is moved away',
    'SNAPSHOT_LOCK_LOST',
    (path) => {
      renameSync(path, `${path}-moved`);
    },
  ],
  [
    'it is replaced by a copy',
    'SNAPSHOT_LOCK_LOST',
    (path) => {
      cpSync(path, `${path}-copy`, { recursive: true });
      renameSync(path, `${path}-moved`);
      renameSync(`${path}-copy`, path);
    },
  ],
];

describe.each(EVENTS)('SAVE while %s', (_what, code, happen) => {
  it.each([
    ['before the first snapshot', false, true],
    ['after a snapshot', true, true],
    ['with nothing to write', true, false],
  ])('says so: %s', async (_when, saved, changed) => {
    const path = await temporaryPath();
    const logger = new RecordingLogger();
    const app = await startApp(path, logger);
    const { client } = app.get(CacheBackend);
    await client.set('a', '1');
    if (saved) expect(await client.save()).toBe('OK');
    if (saved && changed) await client.set('b', '2');
    happen(path);
    const failures = async (count: number): Promise<void> => {
      while ((app.get(SnapshotManager)?.status().failures ?? 0) < count)
        await new Promise((resolve) => setImmediate(resolve));
    };
    await expect(client.save()).rejects.toThrow(new RegExp(`^ERR ${code} [^\\n]*$`));
    expect(await client.bgsave()).toBe('Background saving started');
    await failures(2);
    expect(await client.call('BGREWRITEAOF')).toBe('Background append only file rewriting started');
    await failures(3);
    expect(await client.multi().call('BGREWRITEAOF').exec()).toEqual([
      [null, 'Background append only file rewriting scheduled'],
    ]);
    await failures(4);
    expect(await client.multi().bgsave().exec()).toEqual([[null, 'Background saving scheduled']]);
    await failures(5);
    expect(await client.info('persistence')).toContain('rdb_last_bgsave_status:err');
    expect(new Set(logger.events('error'))).not.toContain('engine_internal_error');
    await app.stop();
    expect(await setAside(path)).toEqual([]);
  });
});

/** Mounting takes root; the limits below are for everybody. */
const asRoot = mayMount ? it : it.skip;

asRoot(
  'NFR-2: SAVE on a full disk is SNAPSHOT_WRITE_FAILED and no defect of ours, and OK when there is room',
  async () => {
    const disk = await smallDisk('4m');
    const logger = new RecordingLogger();
    const app = await startApp(join(disk, 'data'), logger);
    const { client } = app.get(CacheBackend);
    await client.set('a', '1');
    expect(await client.save()).toBe('OK');
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(3 * 1024 * 1024));
    await client.set('b', 'x'.repeat(2 * 1024 * 1024));
    await expect(client.save()).rejects.toThrow(/^ERR SNAPSHOT_WRITE_FAILED /);
    expect(logger.events('error')).toEqual(['snapshot_failed']);
    rmSync(join(disk, 'ballast'));
    expect(await client.save()).toBe('OK');
    await app.stop();
  },
);

asRoot('NFR-2: SAVE of the very first snapshot on a disk without any room is SNAPSHOT_WRITE_FAILED', async () => {
  const disk = await smallDisk('512k');
  const app = await startApp(join(disk, 'data'), new RecordingLogger());
  const { client } = app.get(CacheBackend);
  await client.set('a', '1');
  expect(() => {
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(512 * 1024));
  }).toThrow('ENOSPC');
  await expect(client.save()).rejects.toThrow(/^ERR SNAPSHOT_WRITE_FAILED /);
  rmSync(join(disk, 'ballast'));
  expect(await client.save()).toBe('OK');
  await app.stop();
});

asRoot('NFR-2: SAVE on a disk that has become read-only is SNAPSHOT_WRITE_FAILED', async () => {
  const disk = await smallDisk('4m');
  const app = await startApp(join(disk, 'data'), new RecordingLogger());
  const { client } = app.get(CacheBackend);
  await client.set('a', '1');
  // A mount over it that does not let anything be written; the system refuses to remount one with files open for writing.
  execFileSync('mount', ['--bind', disk, disk]);
  execFileSync('mount', ['-o', 'remount,bind,ro', disk]);
  await expect(client.save()).rejects.toThrow(/^ERR SNAPSHOT_WRITE_FAILED .*EROFS/);
  execFileSync('mount', ['-o', 'remount,bind,rw', disk]);
  expect(await client.save()).toBe('OK');
  await app.stop();
  execFileSync('umount', [disk]);
});

describe('a data file whose content was replaced in place', () => {
  it.each([
    ['before LMDB has opened it', 'garbage', Buffer.alloc(50_000, 0xa5)],
    ['before LMDB has opened it', 'cut short', Buffer.alloc(100)],
  ])('%s fails the snapshot, not the process: %s', async (_when, _what, content) => {
    const path = await temporaryPath();
    const kept = await start(path, { onShutdown: false });
    kept.run('SET', 'a', '1');
    writeFileSync(join(path, 'data.mdb'), content);
    await expect(kept.manager.snapshotNow()).rejects.toMatchObject({ code: 'SNAPSHOT_WRITE_FAILED' });
    await kept.manager.stop();
  });
});

const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux('NFR-2: a process without descriptors fails its snapshots, and takes them when it has some again', async () => {
  const path = await temporaryPath();
  const program = [join(__dirname, '../../support/run-ts.js'), join(__dirname, 'descriptors-program.ts'), path];
  const limited = ['-c', 'ulimit -n 64; exec "$@"', 'bash', process.execPath, ...program];
  const { stdout, status } = spawnSync('bash', limited, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  expect(stdout.split('\n')).toEqual([
    'without descriptors: SNAPSHOT_WRITE_FAILED',
    'with descriptors: written',
    // What it needs is open by now, but for the note of the sequence.
    'without descriptors: written',
    'with descriptors: written',
    '',
  ]);
  expect(status).toBe(0);
  const after = await start(path, { onCorruption: 'fail' });
  expect(after.run('GET', 'a')).toBe('1');
  await after.manager.stop();
});
