import { cp, mkdir, open, readdir, readFile, rename, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../../../src/container';
import { DirectoryLock } from '../../../../src/modules/snapshot/directory/directory-lock';
import type { LockHolder } from '../../../../src/modules/snapshot/directory/lock-file';
import { ownIdentity, type ProcessIdentity } from '../../../../src/container/process-identity';
import { ManualClock } from '../../../support/manual-clock';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(removeTemporaryPaths);

async function newDirectory(): Promise<string> {
  const path = await temporaryPath();
  await mkdir(path);
  return path;
}

/** As if another process had left its lock file. */
async function leaveLock(directory: string, number: number, holder: ProcessIdentity): Promise<string> {
  const path = join(directory, `lock.${String(number)}`);
  await writeFile(path, JSON.stringify({ token: `token ${String(number)}`, ...holder }));
  return path;
}

const own = ownIdentity();
/** Beyond every system's highest process id. */
const NOBODY = 2 ** 30;
const elsewhere: ProcessIdentity = { ...own, host: 'elsewhere', boot: 'another kernel', pidNamespace: 'pid:[1]' };

describe('the lock of a data directory', () => {
  it('is refused to a second holder, naming the first', async () => {
    const directory = await newDirectory();
    const lock = await DirectoryLock.acquire(directory);
    await expect(DirectoryLock.acquire(directory)).rejects.toMatchObject({
      code: 'SNAPSHOT_LOCKED',
      message: expect.stringContaining(`process ${String(process.pid)} on ${own.host}`) as string,
    });
    await lock.release();
    await (await DirectoryLock.acquire(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });

  it('is taken over at once from a process that is gone', async () => {
    const directory = await newDirectory();
    await leaveLock(directory, 4, { ...own, pid: NOBODY });
    const setTimer: Clock['setTimer'] = (callback, ms, options) => {
      if (options?.keepAlive === true) throw new Error('it should not wait');
      return systemClock.setTimer(callback, ms, options);
    };
    const lock = await DirectoryLock.acquire(directory, { clock: { ...systemClock, setTimer } });
    expect(await readdir(directory)).toEqual(['lock.5']);
    await lock.assertHeld();
    await lock.release();
  });

  it('is taken over when the process id was given to another process', async () => {
    const directory = await newDirectory();
    await leaveLock(directory, 1, { ...own, startTime: 'before' });
    await (await DirectoryLock.acquire(directory)).release();
  });

  it('is taken over from a worker thread that has ended, while its process lives', async () => {
    const directory = await newDirectory();
    await leaveLock(directory, 1, { ...own, thread: 99_999 });
    await (await DirectoryLock.acquire(directory)).release();
  });

  it('is refused while a worker thread holds its file open', async () => {
    const directory = await newDirectory();
    const file = await open(await leaveLock(directory, 1, { ...own, thread: 99_999 }), 'r');
    await expect(DirectoryLock.acquire(directory)).rejects.toMatchObject({ code: 'SNAPSHOT_LOCKED' });
    await file.close();
    await (await DirectoryLock.acquire(directory)).release();
  });

  it('is not taken for lost when it cannot be looked at', async () => {
    const directory = await newDirectory();
    const lock = await DirectoryLock.acquire(directory);
    const moved = `${directory}-moved`;
    await rename(directory, moved);
    await symlink(directory, directory);
    await expect(lock.assertHeld()).rejects.toMatchObject({ code: 'ELOOP' });
    await unlink(directory);
    await rename(moved, directory);
    await lock.assertHeld();
    await lock.release();
    // Once more does no harm to the next one.
    const next = await DirectoryLock.acquire(directory);
    await lock.release();
    await next.assertHeld();
    await next.release();
  });

  it('is lost when its directory was replaced by a copy', async () => {
    const directory = await newDirectory();
    const lock = await DirectoryLock.acquire(directory);
    await cp(directory, `${directory}-copy`, { recursive: true });
    await rename(directory, `${directory}-old`);
    await rename(`${directory}-copy`, directory);
    await expect(lock.assertHeld()).rejects.toMatchObject({ code: 'SNAPSHOT_LOCK_LOST' });
    await lock.release();
  });

  it('is taken over from another container whose heart stopped', async () => {
    const directory = await newDirectory();
    await leaveLock(directory, 1, elsewhere);
    await (await DirectoryLock.acquire(directory, { staleAfter: 50 })).release();
  });

  it('watches another container once, for fifteen seconds', async () => {
    const directory = await newDirectory();
    await leaveLock(directory, 1, elsewhere);
    const steps: number[] = [];
    const clock: Clock = {
      ...systemClock,
      setTimer: (callback, ms) => {
        steps.push(ms);
        return systemClock.setTimer(callback, ms === 250 ? 0 : ms);
      },
    };
    await (await DirectoryLock.acquire(directory, { clock })).release();
    expect(steps.filter((ms) => ms === 250).length * 250).toBe(15_000);
  });

  it('is refused while the heart of another container beats', async () => {
    const directory = await newDirectory();
    const path = await leaveLock(directory, 1, elsewhere);
    let beat = 1;
    const heart = setInterval(() => void utimes(path, beat, beat++), 20);
    await expect(DirectoryLock.acquire(directory, { staleAfter: 5_000 })).rejects.toMatchObject({
      code: 'SNAPSHOT_LOCKED',
      message: expect.stringContaining('elsewhere') as string,
    });
    clearInterval(heart);
  });

  it('is taken over from a process that was killed while it wrote its name', async () => {
    const directory = await newDirectory();
    await writeFile(join(directory, 'lock.1'), '{"token":"ab');
    await (await DirectoryLock.acquire(directory, { staleAfter: 50 })).release();
  });

  it('goes to one of many that want a dead one at once', async () => {
    const directory = await newDirectory();
    await leaveLock(directory, 1, { ...own, pid: NOBODY });
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => DirectoryLock.acquire(directory)));
    const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(won.length).toBeLessThanOrEqual(1);
    for (const lock of won) await lock.release();
    await (await DirectoryLock.acquire(directory)).release();
  });

  it('is known to be lost when its file is gone or became another’s', async () => {
    const directory = await newDirectory();
    let lost = 0;
    const options = { onLost: () => lost++ };
    const lock = await DirectoryLock.acquire(directory, options);
    await unlink(join(directory, 'lock.1'));
    await expect(lock.assertHeld()).rejects.toMatchObject({ code: 'SNAPSHOT_LOCK_LOST' });
    await leaveLock(directory, 1, own);
    await expect(lock.assertHeld()).rejects.toMatchObject({ code: 'SNAPSHOT_LOCK_LOST' });
    expect(lost).toBe(1);
    await lock.release();
    const left = JSON.parse(await readFile(join(directory, 'lock.1'), 'utf8')) as LockHolder;
    expect(left.token).toBe('token 1');
  });

  it('beats: its file is touched at every heartbeat', async () => {
    const directory = await newDirectory();
    const clock = new ManualClock();
    let lost = 0;
    const lock = await DirectoryLock.acquire(directory, { clock, onLost: () => lost++ });
    await unlink(join(directory, 'lock.1'));
    clock.advance(5_000);
    while (lost === 0) await new Promise((resolve) => setImmediate(resolve));
    await lock.release();
  });
});
