import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataDirectory } from '../../../../src/modules/snapshot/directory/data-directory';
import { networkFilesystem } from '../../../../src/modules/snapshot/directory/network-filesystem';
import { readWitness, writeWitness } from '../../../../src/modules/snapshot/directory/witness';
import { directoryWith, setAside, start } from '../../../support/kept-engine';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(removeTemporaryPaths);

describe('a directory that is not ours', () => {
  it('is refused and left alone', async () => {
    const path = await temporaryPath();
    await mkdir(path, { mode: 0o755 });
    await chmod(path, 0o755);
    await writeFile(join(path, 'thesis.txt'), 'years of work');
    await expect(start(path)).rejects.toMatchObject({
      code: 'SNAPSHOT_DIR_FOREIGN',
      message: expect.stringContaining('thesis.txt') as string,
    });
    expect(await readdir(path)).toEqual(['thesis.txt']);
    expect((await stat(path)).mode & 0o777).toBe(0o755);
  });

  it('is refused when it holds somebody else’s LMDB file', async () => {
    const path = await temporaryPath();
    await mkdir(path);
    await writeFile(join(path, 'data.mdb'), 'theirs');
    await expect(start(path)).rejects.toMatchObject({ code: 'SNAPSHOT_DIR_FOREIGN' });
    expect(await readFile(join(path, 'data.mdb'), 'utf8')).toBe('theirs');
  });

  it('is refused when its marker is damaged and the data file does not say whose it is, which stays untouched', async () => {
    const path = await directoryWith('a');
    const data = (await readFile(join(path, 'data.mdb'))).fill(0, 0, 4096);
    await writeFile(join(path, 'data.mdb'), data);
    await writeFile(join(path, 'respite.json'), '{"kind":"resp');
    await expect(start(path)).rejects.toMatchObject({ code: 'SNAPSHOT_DIR_FOREIGN' });
    expect(await readFile(join(path, 'data.mdb'))).toEqual(data);
  });

  it.each([
    ['a newer format', { format: 99 }],
    ['another encryption', { encryption: 'aes' }],
  ])('is refused as unsupported, not as damaged: %s', async (_what, change) => {
    const path = await directoryWith('a');
    const marker = join(path, 'respite.json');
    await writeFile(marker, JSON.stringify({ ...(JSON.parse(await readFile(marker, 'utf8')) as object), ...change }));
    await expect(start(path)).rejects.toMatchObject({ code: 'SNAPSHOT_FORMAT_UNSUPPORTED' });
    expect(await setAside(path)).toEqual([]);
  });
});

describe('a directory that cannot be used', () => {
  it('is a coded error: a file in the way', async () => {
    const path = await temporaryPath();
    await writeFile(path, 'a file');
    await expect(start(path)).rejects.toMatchObject({ code: 'SNAPSHOT_DIR_UNUSABLE' });
    await expect(start(join(path, 'below'))).rejects.toMatchObject({ code: 'SNAPSHOT_DIR_UNUSABLE' });
    expect(await readFile(path, 'utf8')).toBe('a file');
  });

  it('is a coded error: a directory nobody may write, not even root', async () => {
    await expect(start('/proc/respite-data')).rejects.toMatchObject({ code: 'SNAPSHOT_DIR_UNUSABLE' });
  });
});

describe('a directory that may become ours', () => {
  it('is one with what a killed start left behind', async () => {
    const path = await temporaryPath();
    await mkdir(path);
    for (const name of ['data.mdb', 'data.mdb-lock', 'respite.json.new', '.gitkeep'])
      await writeFile(join(path, name), '');
    const kept = await start(path);
    kept.run('SET', 'a', '1');
    await kept.manager.stop();
  });

  it('is made private', async () => {
    const path = await temporaryPath();
    await mkdir(path);
    await chmod(path, 0o777);
    await (await DataDirectory.open(path)).close();
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });
});

describe('setting a snapshot aside', () => {
  it('moves its files, keeps the lock, and leaves a directory of a new identity', async () => {
    const path = await directoryWith('a');
    const directory = await DataDirectory.open(path);
    const before = directory.datasetId;
    const target = await directory.setAside('kept', Date.UTC(2026, 0, 2, 3, 4, 5));
    expect(target).toBe(`${path}.kept-20260102T030405Z`);
    expect((await readdir(target)).sort()).toEqual(['data.mdb', 'data.mdb-lock', 'last-snapshot', 'respite.json']);
    expect((await readdir(path)).sort()).toEqual(['data.mdb', 'data.mdb-lock', 'lock.1', 'respite.json']);
    expect(directory.datasetId).not.toBe(before);
    await directory.assertUsable();
    expect(await directory.hasSnapshot()).toBe(false);
    await directory.close();

    const moved = await start(target);
    expect(moved.run('GET', 'a')).toBe('1');
    await moved.manager.stop();
  });

  it('does not mix two of the same second', async () => {
    const path = await directoryWith('a');
    const directory = await DataDirectory.open(path);
    const targets = [await directory.setAside('corrupt', 0), await directory.setAside('corrupt', 0)];
    expect(targets[1]).toBe(`${String(targets[0])}-2`);
    await directory.close();
  });

  it('stays within the directory when its parent cannot be written', async () => {
    const path = await directoryWith('a');
    const directory = await DataDirectory.open(path);
    // Root may write anywhere, so the neighbour's name is made too long instead.
    const long = join(dirname(path), 'n'.repeat(250));
    await directory.close();
    const { rename } = await import('node:fs/promises');
    await rename(path, long);
    const renamed = await DataDirectory.open(long);
    expect(await renamed.setAside('corrupt', 0)).toBe(join(long, 'corrupt-19700101T000000Z'));
    await renamed.close();
    await (await DataDirectory.open(long)).close();
  });
});

it('names network filesystems and leaves local ones alone', () => {
  expect(networkFilesystem('/data', 'linux', 0x6969)).toBe('NFS');
  expect(networkFilesystem('/data', 'linux', 0xff534d42 | 0)).toBe('CIFS');
  expect(networkFilesystem('/data', 'linux', 0xef53)).toBeUndefined();
  expect(networkFilesystem('\\\\server\\share', 'win32', 0)).toBe('UNC path');
  expect(networkFilesystem('/data', 'darwin', 0x6969)).toBeUndefined();
});

it('trusts the noted sequence only when it is whole', async () => {
  const path = await temporaryPath();
  expect(await readWitness(path)).toBe(0);
  await writeWitness(path, 41);
  await writeWitness(path, 42);
  expect(await readWitness(path)).toBe(42);
  await writeFile(path, (await readFile(path)).fill(7, 0, 2));
  expect(await readWitness(path)).toBe(0);
});
