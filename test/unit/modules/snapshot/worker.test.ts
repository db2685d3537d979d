import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { programOf } from '../../../../src/modules/snapshot/store/programs';

it('the thread ends when it is told to, also where the port of a thread has no close(), as in Deno', async () => {
  const program = `
    const { parentPort } = require('node:worker_threads');
    parentPort.close = undefined;
    ${programOf('worker')}
  `;
  const workerData = { path: '/nowhere', file: { device: 0n, inode: 0n }, datasetId: 'ours', sequence: 0 };
  const worker = new Worker(program, { eval: true, workerData, execArgv: [] });
  // `once` rejects when the thread throws.
  const ended = once(worker, 'exit');
  worker.postMessage({ type: 'close' });
  expect(await ended).toEqual([0]);
});
