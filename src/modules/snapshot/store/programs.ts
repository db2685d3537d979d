import { existsSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { RespiteError } from '../../../errors';
import { type ProgramName, programText } from './program-text';

/** lmdb as it was found: its main file, and the file from which it is to be required. */
interface FoundLmdb {
  readonly path: string;
  readonly from: string;
}

/**
 * A program of the store, to be given to a thread or a process as its source: neither needs a file of ours. It requires
 * lmdb from where this application finds it.
 * @throws RespiteError `SNAPSHOT_BUILD_MISSING`
 */
export function programOf(name: ProgramName): string {
  const { from } = findLmdb();
  return `((require) => {${programText(name)}\n})(require('node:module').createRequire(${JSON.stringify(from)}));`;
}

/**
 * That snapshots can be written and read here: a host that was bundled, or whose files were traced, may lack what native
 * code needs, and must not find out at its first snapshot.
 * @throws RespiteError `SNAPSHOT_BUILD_MISSING`
 */
export function assertPrograms(): void {
  if (isSingleExecutable()) throw unusable('a single executable application is no Node that can run what reads them');
  assertAddon(findLmdb().path);
  programText('worker');
}

/** From our own file, or from the application's: a bundle of ECMAScript modules does not say where it lies. */
function findLmdb(): FoundLmdb {
  let failure: unknown;
  // It has no such variable, whatever the types say.
  const own = typeof __filename === 'undefined' ? undefined : __filename;
  for (const from of [own, process.argv[1]]) {
    if (from === undefined) continue;
    try {
      return { path: createRequire(from).resolve('lmdb'), from };
    } catch (error) {
      failure ??= error;
    }
  }
  throw unusable('the package lmdb is missing', failure);
}

/** lmdb is a package and, in another one, its binary: what copies files by what is required misses that. */
function assertAddon(lmdb: string): void {
  const name = `@lmdb/lmdb-${process.platform}-${process.arch}`;
  const root = dirname(dirname(lmdb));
  if (['build', 'prebuilds'].some((folder) => existsSync(join(root, folder)))) return;
  try {
    createRequire(lmdb).resolve(`${name}/package.json`);
  } catch (cause) {
    throw unusable(`lmdb needs ${name}, which is missing`, cause);
  }
}

function isSingleExecutable(): boolean {
  if (!isBuiltin('node:sea')) return false;
  // Here and not at the top: not every Node has it.
  const { isSea } = require('node:sea') as typeof import('node:sea');
  return isSea();
}

function unusable(what: string, cause?: unknown): RespiteError {
  return new RespiteError('SNAPSHOT_BUILD_MISSING', {
    message:
      `Snapshots can be neither written nor read: ${what}. Native code cannot be put into a bundle (esbuild, webpack, ` +
      'Rollup): mark "lmdb" as external, as in external: [\'lmdb\'], and ship node_modules/lmdb with it, and what it needs; ' +
      'where files are traced (@vercel/nft), include node_modules/lmdb and node_modules/@lmdb; otherwise install the ' +
      'package again. Or set redis.standalone.persistence.enabled to false.',
    cause,
  });
}
