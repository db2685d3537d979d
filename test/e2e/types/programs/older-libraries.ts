// Libraries that have ioredis 5 for a dependency, or its types.
import { createAdapter } from '@socket.io/redis-adapter';
import Bull from 'bull';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Transport, type RedisOptions } from '@nestjs/microservices';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { CacheBackend } from 'respite';

export function open(backend: CacheBackend): unknown[] {
  const microservice: RedisOptions = { transport: Transport.REDIS, options: backend.redisOptions() };
  return [
    new Bull('mails', { redis: backend.redisOptions() }),
    new RedisPubSub({ publisher: backend.client, subscriber: backend.connection('subscriber') }),
    new RateLimiterRedis({ storeClient: backend.client, points: 5, duration: 1 }),
    createAdapter(backend.client, backend.connection('subscriber')),
    microservice,
  ];
}
