/** The versions of Redis an engine can be, oldest first. Comparing two as texts compares the versions. */
export const REDIS_VERSIONS = ['7.0', '7.2', '7.4', '8.0'] as const;
/** A version of Redis an engine can be. */
export type RedisVersion = (typeof REDIS_VERSIONS)[number];

/** What an engine is that nobody chose a version for. */
export const DEFAULT_VERSION: RedisVersion = '8.0';

/** The newest of them. */
export const NEWEST_VERSION: RedisVersion = '8.0';

/** What INFO, HELLO and the `redis` table of scripts say: clients decide by it what they use. */
export const FULL_VERSION: Readonly<Record<RedisVersion, string>> = {
  '7.0': '7.0.15',
  '7.2': '7.2.7',
  '7.4': '7.4.2',
  '8.0': '8.0.2',
};
