import { sadd, smove, spop, srem } from './change';
import { sdiff, sdiffstore, sinter, sintercard, sinterstore, sunion, sunionstore } from './combine';
import { scard, sismember, smembers, smismember, srandmember, sscan } from './read';

/** The commands of sets. */
export const SET_COMMANDS = [
  sadd,
  scard,
  sdiff,
  sdiffstore,
  sinter,
  sintercard,
  sinterstore,
  sismember,
  smembers,
  smismember,
  smove,
  spop,
  srandmember,
  srem,
  sscan,
  sunion,
  sunionstore,
];
