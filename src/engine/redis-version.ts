/** The version the engine says it is, in INFO, HELLO and the `redis` table of scripts: clients decide by it what they use. */
export const REDIS_VERSION = '7.0.15';
