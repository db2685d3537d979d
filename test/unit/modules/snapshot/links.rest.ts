import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VirtualClock } from '../../../../src/testing';
import { directoryWith, setAside, start } from '../../../support/kept-engine';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(removeTemporaryPaths);

const NAMES = ['respite.json', 'respite.json.new', 'data.mdb', 'data.mdb-lock', 'last-snapshot', 'lock.1', 'lock.7'];

async function victim(): Promise<string> {
  const path = await temporaryPath();
  await writeFile(path, 'precious');
  return path;
}

async function empty(): Promise<string> {
  const path = await temporaryPath();
  await mkdir(path);
  return path;
}

describe.each(NAMES)('a link in the place of %s', (name) => {
  it.each([
    ['an empty directory', empty],
    ['a directory with a snapshot', () => directoryWith('a')],
  ])('is refused in %s, naming it, and what it leads to is left alone', async (_what, make) => {
    const path = await make();
    const file = join(path, name);
    const precious = await victim();
    await unlink(file).catch(() => undefined);
    await symlink(precious, file);
    const before = await readdir(path);
    await expect(start(path)).rejects.toMatchObject({
      code: 'SNAPSHOT_FILE_UNSAFE',
      message: expect.stringContaining(file) as string,
    });
    expect(await readFile(precious, 'utf8')).toBe('precious');
    expect(await readdir(path)).toEqual(before);
    expect(await setAside(path)).toEqual([]);
  });

  it('is refused when it leads nowhere, or back to a file of ours', async () => {
    for (const target of ['/nonexistent/respite', 'moved']) {
      const path = await directoryWith('a');
      const file = join(path, name);
      await rename(file, join(path, 'moved')).catch(() => undefined);
      await symlink(target, file);
      await expect(start(path)).rejects.toMatchObject({ code: 'SNAPSHOT_FILE_UNSAFE' });
    }
  });

  it('is refused as a named pipe and as a directory too', async () => {
    for (const make of [(file: string) => execFileSync('mkfifo', [file]), (file: string) => mkdir(file)]) {
      const path = await directoryWith('a');
      const file = join(path, name);
      await unlink(file).catch(() => undefined);
      await make(file);
      await expect(start(path)).rejects.toMatchObject({ code: 'SNAPSHOT_FILE_UNSAFE' });
    }
  });
});

describe.each(['respite.json.new', 'data.mdb', 'data.mdb-lock', 'last-snapshot'])(
  'a link put in the place of %s while the process runs',
  (name) => {
    it('is never written through', async () => {
      const path = await temporaryPath();
      const kept = await start(path);
      const precious = await victim();
      await unlink(join(path, name)).catch(() => undefined);
      await symlink(precious, join(path, name));
      kept.run('SET', 'a', '1');
      await kept.manager.snapshotNow().catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'SNAPSHOT_WRITE_FAILED' });
      });
      await kept.manager.stop().catch(() => undefined);
      expect(await readFile(precious, 'utf8')).toBe('precious');
    });
  },
);

it('a data directory that is a link to one is what people have, and works', async () => {
  const real = await directoryWith('a');
  const path = await temporaryPath();
  await symlink(real, path);
  const kept = await start(path);
  expect(kept.run('GET', 'a')).toBe('1');
  kept.run('SET', 'b', '1');
  await kept.manager.stop();
  const again = await start(real);
  expect(again.run('DBSIZE')).toBe(2);
  await again.manager.stop();
});

it('what is set aside goes into a new directory, never through a link of that name', async () => {
  const path = await directoryWith('a');
  await writeFile(join(path, 'data.mdb'), 'damaged');
  const elsewhere = await empty();
  const clock = new VirtualClock(Date.UTC(2026, 0, 1));
  await symlink(elsewhere, `${path}.corrupt-20260101T000000Z`);
  const kept = await start(path, { clock });
  expect(kept.manager.status().restore?.quarantined).toBe(`${path}.corrupt-20260101T000000Z-2`);
  expect(await readdir(elsewhere)).toEqual([]);
  await kept.manager.stop();
});
