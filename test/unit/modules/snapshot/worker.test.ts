import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../../../src/modules/snapshot/store/built-file';

it('the thread ends when it is told to, also where the port of a thread has no close(), as in Deno', async () => {
  const program = `
    const { parentPort } = require('node:worker_threads');
    parentPort.close = undefined;
    require(${JSON.stringify(builtFile('worker.js'))});
  `;
  const workerData = { path: '/nowhere', file: { device: 0n, inode: 0n }, datasetId: 'ours', sequence: 0 };
  const worker = new Worker(program, { eval: true, workerData, execArgv: [] });
  // `once` rejects when the thread throws.
  const ended = once(worker, 'exit');
  worker.postMessage({ type: 'close' });
  expect(await ended).toEqual([0]);
});
