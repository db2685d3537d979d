import type { RootDatabase } from 'lmdb';
import { identityOf } from '../directory/own-file';

/**
 * Opens an LMDB file. Only the writer's thread and the reader's process may call this: a damaged file crashes whoever
 * maps it, and importing `respite` must not load lmdb.
 *
 * Both its files have to be there, as regular ones.
 *
 * `overlappingSync` is off because a commit has to be on the disk when it returns.
 */
export function openEnvironment(path: string, options: { readonly readOnly: boolean }): RootDatabase<Buffer, Buffer> {
  // LMDB follows links, and truncates its lock file.
  identityOf(path);
  identityOf(`${path}-lock`);
  // Here and not at the top: importing this file must not load lmdb.
  const lmdb = require('lmdb') as typeof import('lmdb');
  return lmdb.open<Buffer, Buffer>({
    path,
    noSubdir: true,
    readOnly: options.readOnly,
    encoding: 'binary',
    keyEncoding: 'binary',
    overlappingSync: false,
    eventTurnBatching: false,
    maxDbs: 1,
  });
}
