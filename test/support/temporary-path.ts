import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const parents: string[] = [];

/** A path in a new temporary directory, removed with everything beside it by `removeTemporaryPaths`. */
export async function temporaryPath(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'respite-snapshot-'));
  parents.push(parent);
  return join(parent, 'data');
}

/** For `afterAll`. */
export async function removeTemporaryPaths(): Promise<void> {
  for (const parent of parents.splice(0)) await rm(parent, { recursive: true, force: true });
}
