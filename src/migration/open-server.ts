import type { Redis } from 'ioredis';
import { type ConfigSources, serverUrl } from '../config';
import { createAppFrom } from '../create-app';
import { asError, RespiteError } from '../errors';
import { CacheBackend, clusterOf } from '../modules/cache';
import { stopApp } from './closed-directory';
import { redisSource } from './live/live-source';
import { type OpenPlace, sharedPlace } from './place';
import { serverSettings } from './server-settings';

/**
 * Connects to a server, to the master that sentinels know, or to a Redis Cluster. A connection that is lost is not made anew: what
 * was asked for last may or may not have been done, and whoever asked has to look.
 * @param url undefined: what the settings name
 * @throws ConfigError `CONFIG_INVALID`, RespiteError `REDIS_UNREACHABLE`, `REDIS_AUTH_FAILED`, `REDIS_TLS_FAILED`, ...
 */
export async function openServer(sources: ConfigSources, url: string | undefined): Promise<OpenPlace> {
  const loaded = serverSettings(sources, url);
  const app = createAppFrom(loaded, {});
  await app.start();
  const name = serverUrl(loaded.config.redis);
  try {
    const client = await ownConnection(app.get(CacheBackend), name);
    const follow = () => redisSource(client, name);
    return sharedPlace(name, client, follow, () => stopApp(app));
  } catch (error) {
    await stopApp(app);
    throw error;
  }
}

/** A connection of a backend on which databases may be chosen, and that says when it was lost. */
export async function ownConnection(backend: CacheBackend, name: string): Promise<Redis> {
  const shared = backend.client;
  // Both look for the server again by themselves, or there is none.
  if (backend.mode === 'standalone' || clusterOf(shared) !== undefined) return backend.connection('commands');
  const client = shared.duplicate({
    lazyConnect: true,
    db: 0,
    retryStrategy: () => null,
    reconnectOnError: null,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  });
  client.on('error', () => undefined); // whoever asks gets it
  try {
    await client.connect();
  } catch (cause) {
    throw new RespiteError('MIGRATION_CONNECTION_LOST', {
      message: `The connection to ${name} was lost: ${asError(cause).message.replace(/\.$/, '')}. Nothing was written.`,
      cause,
    });
  }
  return client;
}
