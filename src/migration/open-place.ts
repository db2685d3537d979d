import { resolve } from 'node:path';
import type * as Ioredis from 'ioredis';
import type { Redis } from 'ioredis';
import type { ConfigSources } from '../config';
import { Clock, systemClock } from '../container';
import { configSources, type CreateAppOptions } from '../create-app';
import { RespiteError } from '../errors';
import { CacheBackend } from '../modules/cache';
import { SnapshotManager } from '../modules/snapshot';
import { ownerOf, silentOwner } from '../modules/snapshot/control/owner';
import { lookInto } from '../modules/snapshot/control/unused-directory';
import { startOnDirectory, stopApp } from './closed-directory';

/** Where data is: a data directory, used by a process of this user or by nobody, or what a backend reaches. */
export type Place =
  | ({
      /** Path of a data directory. */
      readonly dataDirectory: string;
    } & Pick<CreateAppOptions, 'config' | 'configFile' | 'env'>)
  | {
      /** A backend of this process; it stays open. */
      readonly backend: CacheBackend;
    };

/** A place that was opened. */
export interface OpenPlace {
  /** A connection of its own. */
  readonly client: Redis;
  /** Whether others may write meanwhile. */
  readonly shared: boolean;
  /** Milliseconds since the epoch, by the clock of the place. */
  now(): number;
  /** Keeps what was written. */
  commit(): Promise<void>;
  /** What was written and not committed is given up, where nobody else uses the place. */
  close(): Promise<void>;
}

/** Opens a place. @param mustExist whether a data directory has to be there */
export async function openPlace(place: Place, mustExist: boolean): Promise<OpenPlace> {
  if ('backend' in place) return openBackend(place.backend);
  const { dataDirectory, ...options } = place;
  return openDirectory(configSources(options), resolve(dataDirectory), mustExist);
}

function openBackend(backend: CacheBackend): OpenPlace {
  if (backend.topology === 'cluster') {
    throw new RespiteError('BACKEND_LACKS_CAPABILITY', {
      message:
        'Data was to be exported from, or imported into, a Redis Cluster, whose keys are on many nodes. Ask one of its nodes, or another backend.',
    });
  }
  const client = backend.connection('commands');
  return {
    client,
    shared: true,
    now: () => systemClock.now(),
    commit: () => Promise.resolve(),
    close: async () => {
      client.disconnect();
    },
  };
}

/** Opens a data directory by the settings of an application, whose own directory it need not be. */
export async function openDirectory(sources: ConfigSources, directory: string, mustExist: boolean): Promise<OpenPlace> {
  const owner = await ownerIfThere(directory, mustExist);
  if (owner !== undefined) return openOwner(owner);
  if (mustExist) await lookInto(directory);
  const app = await startOnDirectory(sources, directory);
  const client = app.get(CacheBackend).connection('commands');
  return {
    client,
    shared: false,
    now: () => app.get(Clock).now(),
    commit: async () => {
      await app.get(SnapshotManager)?.snapshotNow();
    },
    close: () => stopApp(app),
  };
}

async function ownerIfThere(directory: string, mustExist: boolean) {
  try {
    return await ownerOf(directory);
  } catch (error) {
    if (!mustExist && RespiteError.is(error) && error.code === 'SNAPSHOT_DIR_MISSING') return undefined;
    throw error;
  }
}

async function openOwner(owner: {
  readonly pid: number;
  readonly control: string;
  readonly redis: string;
}): Promise<OpenPlace> {
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
  return {
    client,
    shared: true,
    now: () => systemClock.now(),
    commit: () => Promise.resolve(),
    close: async () => {
      client.disconnect();
    },
  };
}
