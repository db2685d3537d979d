import type * as NodeRedis from 'redis';
import { asError, RespiteError } from '../errors';
import { nameBehindMock } from '../redis-engine';

/** The part of Jest that says what stands behind a mock; Jest hands `jest` to every module it loads. */
declare const jest: { requireActual(name: string): unknown } | undefined;

/**
 * The application's node-redis itself, also where a test put us in its place, as `actualIoredis` finds ioredis. Nobody but
 * `respite/redis` may load this: bundlers would take the package in, or warn where it is missing.
 *
 * @param substitute the folder whose files may stand in its place
 * @throws RespiteError `PEER_NOT_INSTALLED`
 */
export function actualNodeRedis(substitute: string): typeof NodeRedis {
  try {
    // Both said plainly, so that bundlers understand them. The casts: the package we name.
    if (typeof jest === 'undefined') return require('redis') as typeof NodeRedis;
    return jest.requireActual(nameBehindMock('redis', substitute)) as typeof NodeRedis;
  } catch (cause) {
    // The package itself is missing, not something it needs.
    if (!asError(cause).message.startsWith("Cannot find module 'redis'")) throw cause;
    throw new RespiteError('PEER_NOT_INSTALLED', {
      message:
        'respite/redis stands in the place of node-redis, but the package redis is not installed. Run "npm install redis".',
      cause,
    });
  }
}
