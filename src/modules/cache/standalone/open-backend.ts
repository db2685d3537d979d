import type { Cluster } from 'node:cluster';
import type * as Ioredis from 'ioredis';
import { openEngine } from '../../../engine';
import type { BackendContext } from '../backend-provider';
import type { ConnectionOptions } from '../cache-backend';
import { defineInProcessRedis } from './in-process-redis';
import type { startListener } from './listener';
import { StandaloneBackend } from './standalone-backend';

/** node:cluster brings child processes and datagrams along: not where nobody can have made us a worker. */
function isClusterWorker(): boolean {
  return process.send !== undefined && (require('node:cluster') as Cluster).isWorker;
}

/** Loaded here: most engines have no other clients than those of this process. */
const listen: typeof startListener = (engine, settings) =>
  (require('./listener') as typeof import('./listener')).startListener(engine, settings);

/** Makes an engine, its shared client, and the listener if there is to be one. */
export async function openBackend(
  { config, logger, clock }: BackendContext,
  ports?: readonly number[],
): Promise<StandaloneBackend> {
  const { redis } = config;
  const { standalone } = redis;
  const { listener: listenerConfig } = standalone;
  if (isClusterWorker()) {
    const message = 'a standalone engine belongs to one process: each worker of node:cluster has data of its own';
    logger.warn({ event: 'engine_in_worker' }, message);
  }
  const engine = openEngine({
    version: standalone.version,
    databases: standalone.databases,
    maxMemory: standalone.max_memory,
    maxMemoryPolicy: standalone.max_memory_policy,
    scriptTimeLimit: standalone.script_time_limit,
    persistent: standalone.persistence.enabled,
    password: listenerConfig.password,
    clock,
    onInternalError: (failure, command) => {
      logger.error({ event: 'engine_internal_error', command, err: failure }, `internal error in '${command}'`);
    },
  });
  // A peer dependency, loaded here so that importing respite needs none. `require`, because a CommonJS Jest host
  // cannot follow import().
  const ioredis = require('ioredis') as typeof Ioredis;
  const InProcessRedis = defineInProcessRedis(ioredis, () => engine);
  const clientOptions: ConnectionOptions = {
    db: redis.db,
    // CLIENT SETINFO came with Redis 7.2.
    disableClientInfo: standalone.version < '7.2',
    ...(redis.command_timeout > 0 ? { commandTimeout: redis.command_timeout } : {}),
    ...(listenerConfig.password === '' ? {} : { password: listenerConfig.password }),
  };
  // Only this connection is waited for, and to an engine that was not there before: its duplicates, and whoever connects
  // again, connect by themselves and ask whether the engine is loading, as any client does.
  const client = new InProcessRedis({ ...clientOptions, lazyConnect: true, enableReadyCheck: false });
  await client.connect();
  Object.assign(client.options, { lazyConnect: false, enableReadyCheck: true });
  // From before the listener can answer until the restore is done: what is written meanwhile would be lost.
  if (standalone.persistence.enabled) engine.holdUntilRestored();
  try {
    const listener = listenerConfig.enabled ? await listen(engine, { ...listenerConfig, ports }) : undefined;
    return new StandaloneBackend({ engine, InProcessRedis, clientOptions, client, listener });
  } catch (failure) {
    client.disconnect();
    engine.close();
    throw failure;
  }
}
