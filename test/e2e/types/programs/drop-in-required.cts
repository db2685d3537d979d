import Redis = require('respite/ioredis');

export const client: Redis = new Redis(6379);
export const options: Redis.RedisOptions = { db: 1 };
export const named: Redis.Redis = new Redis.Redis(options);
export const cluster: Redis.Cluster = new Redis.Cluster([7000]);
export const classes = [Redis.default, Redis.Command, Redis.ReplyError];
void Redis.flushEngines;
