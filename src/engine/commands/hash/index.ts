import { hincrby, hincrbyfloat } from './counters';
import { hexists, hget, hgetall, hkeys, hlen, hmget, hrandfield, hscan, hstrlen, hvals } from './read';
import { hdel, hmset, hset, hsetnx } from './write';

/** The commands of hashes. */
export const HASH_COMMANDS = [
  hdel,
  hexists,
  hget,
  hgetall,
  hincrby,
  hincrbyfloat,
  hkeys,
  hlen,
  hmget,
  hmset,
  hrandfield,
  hscan,
  hset,
  hsetnx,
  hstrlen,
  hvals,
];
