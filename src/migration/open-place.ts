import { resolve } from 'node:path';
import type * as Ioredis from 'ioredis';
import type { ConfigSources } from '../config';
import { Clock } from '../container';
import { configSources } from '../create-app';
import { RespiteError } from '../errors';
import { CacheBackend } from '../modules/cache';
import { SnapshotManager } from '../modules/snapshot';
import { ownerOf, silentOwner } from '../modules/snapshot/control/owner';
import { lookInto } from '../modules/snapshot/control/unused-directory';
import { startOnDirectory, stopApp } from './closed-directory';
import { processSource, redisSource } from './live/live-source';
import { openServer, ownConnection } from './open-server';
import { type OpenPlace, type Place, sharedPlace } from './place';
import { databaseOf } from './server-settings';

/** Which data directories are opened: any, also one that is new; one that is there; one that a process uses. */
export type DirectoryState = 'any' | 'existing' | 'used';

/** Opens a place. */
export async function openPlace(place: Place, state: DirectoryState): Promise<OpenPlace> {
  if ('backend' in place) return openBackend(place.backend);
  if ('url' in place) {
    const { url, ...options } = place;
    if (databaseOf(url) !== undefined) {
      throw new RespiteError('MIGRATION_OPTIONS_INVALID', {
        message: 'The URL of a place names a database. Leave it out there, and choose one with db and toDb.',
      });
    }
    return openServer(configSources(options), url);
  }
  const { dataDirectory, ...options } = place;
  return openDirectory(configSources(options), resolve(dataDirectory), state);
}

async function openBackend(backend: CacheBackend): Promise<OpenPlace> {
  const name = 'the backend';
  const client = await ownConnection(backend, name);
  const follow = backend.mode === 'distributed' ? () => redisSource(client, name) : undefined;
  return sharedPlace(name, client, follow);
}

/** Opens a data directory by the settings of an application, whose own directory it need not be. */
export async function openDirectory(
  sources: ConfigSources,
  directory: string,
  state: DirectoryState,
): Promise<OpenPlace> {
  const owner = await ownerIfThere(directory, state !== 'any');
  if (owner !== undefined) return openOwner(owner, directory);
  if (state === 'used') throw unused(directory);
  if (state === 'existing') await lookInto(directory);
  const app = await startOnDirectory(sources, directory);
  const client = app.get(CacheBackend).connection('commands');
  return {
    name: directory,
    client,
    shared: false,
    now: () => app.get(Clock).now(),
    commit: async () => {
      await app.get(SnapshotManager)?.snapshotNow();
    },
    close: () => stopApp(app),
  };
}

function unused(directory: string): RespiteError {
  return new RespiteError('MIGRATION_OPTIONS_INVALID', {
    message: `Nobody uses ${directory}, so nothing changes in it: leave out --live.`,
  });
}

async function ownerIfThere(directory: string, mustExist: boolean) {
  try {
    return await ownerOf(directory);
  } catch (error) {
    if (!mustExist && RespiteError.is(error) && error.code === 'SNAPSHOT_DIR_MISSING') return undefined;
    throw error;
  }
}

async function openOwner(
  owner: { readonly pid: number; readonly control: string; readonly redis: string },
  name: string,
): Promise<OpenPlace> {
  // A peer dependency, loaded where it is needed.
  const ioredis = require('ioredis') as typeof Ioredis;
  const client = new ioredis.Redis({
    path: owner.redis,
    lazyConnect: true,
    disableClientInfo: true,
    // A connection that was lost is a process that has ended: what was asked for last may or may not have been done.
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  client.on('error', () => undefined); // whoever asks gets it
  try {
    await client.connect();
  } catch (error) {
    throw silentOwner(owner, error);
  }
  return sharedPlace(name, client, () => processSource(owner.control));
}
