import { readMutatedFiles } from '../fuzz/rdb-bytes';
import { oldFile } from '../support/rdb-file';
import { serverFiles } from '../fuzz/rdb-exchange';
import type { Campaign } from './campaign';

/** RDB files with changed bytes, of an old Redis and of the server: no crash, no hang, nothing but what is refused as it should be. */
export const campaign: Campaign = {
  name: 'rdb-bytes',
  unit: 'files',
  defaultSize: 200_000,
  run: async ({ seed, size }) => ({
    ...(await readMutatedFiles({ seed, files: size, sound: [oldFile(), ...(await serverFiles(seed, 20))] })),
  }),
};
