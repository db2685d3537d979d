import { copyFileSync, renameSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { identityOf } from '../../../../src/modules/snapshot/directory/own-file';
import { PendingRecords } from '../../../../src/modules/snapshot/store/pending-records';
import { SnapshotWriter } from '../../../../src/modules/snapshot/store/writer';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(removeTemporaryPaths);

const LAYOUT = { datasets: [1], libraries: [] };

async function newWriter(): Promise<{ readonly path: string; readonly writer: SnapshotWriter }> {
  const path = await temporaryPath();
  await writeFile(path, '');
  await writeFile(`${path}-lock`, Buffer.alloc(16_384));
  return { path, writer: new SnapshotWriter({ path, file: identityOf(path), datasetId: 'ours', sequence: 0 }) };
}

function replace(path: string): void {
  copyFileSync(path, `${path}-copy`);
  renameSync(`${path}-copy`, path);
}

it('a data file that is replaced while it is written to fails the snapshot', async () => {
  const { path, writer } = await newWriter();
  const heading = { time: 1, layout: LAYOUT, keys: 0, journal: 1, journalExists: false, full: false };
  expect(writer.write(heading, new PendingRecords())).toMatchObject({ sequence: 1 });
  const duringIt = {
    ...heading,
    get time() {
      replace(path);
      return 2;
    },
  };
  expect(() => writer.write(duringIt, new PendingRecords())).toThrow('is no longer the file this process restored');
  await writer.close();
});

it('a data file that was replaced before is not opened', async () => {
  const { path, writer } = await newWriter();
  replace(path);
  const heading = { time: 1, layout: LAYOUT, keys: 0, journal: 1, journalExists: false, full: false };
  expect(() => writer.write(heading, new PendingRecords())).toThrow('it was replaced');
  await writer.close();
});
