import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapshotStore } from '../../../../src/modules/snapshot/store/snapshot-store';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

let mockWorker = '';
jest.mock('../../../../src/modules/snapshot/store/programs', () => ({
  ...jest.requireActual<object>('../../../../src/modules/snapshot/store/programs'),
  programOf: () => mockWorker,
}));

afterAll(removeTemporaryPaths);

const HEADING = {
  time: 1,
  layout: { datasets: [1], libraries: [] },
  keys: 0,
  journal: 1,
  journalExists: false,
  full: false,
};

/** Threads that are not ours, and how long they get: those that answer do so long before the outer limit. */
const THREADS: readonly [string, string, number][] = [
  ['never answers, and stays', 'setInterval(() => undefined, 1000);', 50],
  [
    'answers what it is asked, but does not say that it is ours',
    "parentPort.on('message', (m) => parentPort.postMessage(m));",
    50,
  ],
  [
    'says something else at once, and stays',
    "parentPort.postMessage('hello'); setInterval(() => undefined, 1000);",
    600_000,
  ],
  ['says nothing, in so many words', 'parentPort.postMessage(null); setInterval(() => undefined, 1000);', 600_000],
  ['claims to have written the snapshot', "parentPort.postMessage({ type: 'committed', result: {} });", 600_000],
  ['is of another kind', "parentPort.postMessage({ type: 'ready', signature: 'respite:snapshot:reader' });", 600_000],
  ['ends at once', '', 600_000],
  ['throws', "throw new Error('no');", 600_000],
];

it.each(THREADS)(
  'a thread that %s fails the snapshot, and closing the store ends',
  async (_what, code, answerWithin) => {
    const directory = await temporaryPath();
    await mkdir(directory);
    mockWorker = `const { parentPort } = require('node:worker_threads');\n${code}`;
    const file = { device: 0n, inode: 0n };
    const settings = { path: join(directory, 'data.mdb'), file, datasetId: 'ours', sequence: 0 };
    const store = new SnapshotStore(settings, answerWithin);
    for (let attempt = 0; attempt < 2; attempt++) {
      store.begin(HEADING);
      await expect(store.commit()).rejects.toMatchObject({ code: 'SNAPSHOT_WRITE_FAILED' });
    }
    store.begin(HEADING);
    await store.close();
  },
);
