import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { start } from '../../support/kept-engine';
import { slice } from '../../support/slice';
import { removeTemporaryPaths, temporaryPath } from '../../support/temporary-path';

const { size: ROUNDS } = slice({ short: 1, long: 3 });

afterAll(removeTemporaryPaths);

/** A thread in which an application uses a data directory. */
async function threadWithApplication(path: string): Promise<Worker> {
  const argv = [join(__dirname, 'thread-program.ts'), path];
  const worker = new Worker(join(__dirname, '../../support/run-ts.js'), { argv, execArgv: [] });
  const failed = new Promise<never>((_resolve, reject) => worker.once('error', reject));
  await Promise.race([once(worker, 'message'), failed]);
  return worker;
}

it('a worker thread that runs an application holds its directory, also against the thread that started it', async () => {
  const path = await temporaryPath();
  const worker = await threadWithApplication(path);
  await expect(start(path)).rejects.toMatchObject({
    code: 'SNAPSHOT_LOCKED',
    message: expect.stringContaining(`thread ${String(worker.threadId)} of this very process`) as string,
  });
  const ended = once(worker, 'exit');
  worker.postMessage('stop');
  await ended;
  expect((await readdir(path)).filter((name) => name.startsWith('lock.'))).toEqual([]);
  const kept = await start(path);
  expect(kept.run('GET', 'thread')).toBe('1');
  await kept.manager.stop();
});

it('a worker thread that was terminated leaves its directory to the next, thread or process, at once', async () => {
  const path = await temporaryPath();
  for (let round = 0; round < ROUNDS; round++) {
    const worker = await threadWithApplication(path);
    await worker.terminate();
    const next = await threadWithApplication(path);
    await next.terminate();
    const kept = await start(path);
    expect(kept.run('GET', 'thread')).toBe('1');
    kept.run('SET', 'main', String(round));
    await expect(kept.manager.snapshotNow()).resolves.toMatchObject({ written: 1, keys: 2 });
    await kept.manager.stop();
  }
});
