import { existsSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { RespiteError } from '../../../errors';

/** What runs elsewhere: the threads that write snapshots and journals, the process that reads. */
export type ProgramName = 'worker' | 'reader' | 'journal-worker';

/**
 * The JavaScript of `worker.ts` or `reader.ts`, each in one piece with all it needs but lmdb.
 *
 * The build puts a module in the place of this one that has both as strings, so that they are wherever we are: in a bundle,
 * a traced copy, a single file. When our own tests run the sources, they are what the last build made of them.
 * @throws RespiteError `SNAPSHOT_BUILD_MISSING` when there was none
 */
export function programText(name: ProgramName): string {
  const root = __dirname.slice(0, __dirname.lastIndexOf(`${sep}src${sep}`));
  const path = join(root, 'dist', 'internal', `${name}.js`);
  if (existsSync(path)) return readFileSync(path, 'utf8');
  throw new RespiteError('SNAPSHOT_BUILD_MISSING', {
    message: `${path} is missing, without which snapshots can be neither written nor read. Run "npm run build".`,
  });
}
