import { hincrby, hincrbyfloat } from './counters';
import { hexpire, hexpireat, hexpiretime, hpersist, hpexpire, hpexpireat, hpexpiretime, hpttl, httl } from './expire';
import { hexists, hget, hgetall, hkeys, hlen, hmget, hrandfield, hscan, hstrlen, hvals } from './read';
import { hgetdel, hgetex, hsetex } from './together';
import { hdel, hmset, hset, hsetnx } from './write';

/** The commands of hashes. */
export const HASH_COMMANDS = [
  hdel,
  hexists,
  hexpire,
  hexpireat,
  hexpiretime,
  hget,
  hgetall,
  hgetdel,
  hgetex,
  hincrby,
  hincrbyfloat,
  hkeys,
  hlen,
  hmget,
  hmset,
  hpersist,
  hpexpire,
  hpexpireat,
  hpexpiretime,
  hpttl,
  hrandfield,
  hscan,
  hset,
  hsetex,
  hsetnx,
  hstrlen,
  httl,
  hvals,
];
