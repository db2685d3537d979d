import type { ConnectionOptions } from 'bullmq';
import type { RedisOptions } from 'ioredis';

/**
 * What BullMQ takes as `connection`. The cast: BullMQ describes ioredis' options with types of its own, which do not
 * agree with ioredis' under `exactOptionalPropertyTypes`.
 */
export function connectionOptions(options: RedisOptions): ConnectionOptions {
  return { ...options, maxRetriesPerRequest: null } as unknown as ConnectionOptions;
}
