import { existsSync, readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { RespiteError } from '../../../errors';

/** Files of the store that are started as a thread and as a process of their own. */
export type BuiltName = 'worker.js' | 'reader.js';

const NAMES: readonly BuiltName[] = ['worker.js', 'reader.js'];

/** What these files and we say to each other; to be raised here and in both of them when that changes. */
const PROTOCOL = 1;

const REQUIRED = /\brequire\((["'])([^"']+)\1\)/g;

/**
 * What a file of ours has in it, and says when it is started. Put together here so that nothing but that file has it in
 * one piece: an application's own bundle of that name may have all our other sources in it.
 */
export function signatureOf(name: BuiltName): string {
  return ['respite', 'snapshot', name, PROTOCOL].join(':');
}

/**
 * Path of the compiled sibling `name` of the store.
 *
 * Node cannot start a worker thread or a process from a TypeScript file. In the published package the compiled file is
 * our neighbour; when our own tests run this source through jest, it is the same file below `dist/`.
 * @throws RespiteError `SNAPSHOT_BUILD_MISSING` when it is missing, or somebody else's.
 */
export function builtFile(name: BuiltName): string {
  // A bundle of ECMAScript modules has no such variable, whatever the types say.
  if (typeof __dirname === 'undefined') throw unusable(`${name} has no place in a bundle of ECMAScript modules`);
  const neighbour = join(__dirname, name);
  const source = `${sep}src${sep}`;
  const at = neighbour.lastIndexOf(source);
  const built = `${neighbour.slice(0, at)}${sep}dist${sep}${neighbour.slice(at + source.length)}`;
  const path = existsSync(neighbour) || at < 0 ? neighbour : built;
  if (!existsSync(path)) throw unusable(`${path} is missing`);
  if (!readFileSync(path, 'latin1').includes(signatureOf(name))) throw unusable(`${path} is not Respite's file`);
  return path;
}

/**
 * That snapshots can be written and read here: a host that was bundled, or whose files were traced, may lack what we start
 * by its path, and must not find out at its first snapshot.
 * @throws RespiteError `SNAPSHOT_BUILD_MISSING`
 */
export function assertBuiltFiles(): void {
  if (isSingleExecutable())
    throw unusable('a single executable application is no Node that can run worker.js and reader.js');
  const seen = new Set<string>();
  for (const name of NAMES) assertRequired(builtFile(name), seen);
}

/** That everything a file requires is there, and what that requires; packages are not looked into. */
function assertRequired(path: string, seen: Set<string>): void {
  if (seen.has(path)) return;
  seen.add(path);
  const { resolve } = createRequire(path);
  for (const [, , request = ''] of readFileSync(path, 'utf8').matchAll(REQUIRED)) {
    if (isBuiltin(request)) continue;
    let found: string;
    try {
      found = resolve(request);
    } catch (cause) {
      throw unusable(`${path} needs ${request}, which is missing`, cause);
    }
    if (request.startsWith('.')) assertRequired(found, seen);
    else if (request === 'lmdb') assertAddon(found);
  }
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
      `Snapshots can be neither written nor read: ${what}. In a bundle (esbuild, webpack, Rollup) mark "respite" as ` +
      "external, as in external: ['respite'], and ship node_modules/respite with it; where files are traced (@vercel/nft), " +
      'include node_modules/respite, node_modules/lmdb and node_modules/@lmdb; otherwise install the package again. ' +
      'In a clone of the repository run "npm run build". Or set redis.standalone.persistence.enabled to false.',
    cause,
  });
}
