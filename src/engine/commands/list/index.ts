import { blmove, blmpop, blpop, brpop, brpoplpush } from './blocking';
import { lrem, lset, ltrim } from './change';
import { lmove, rpoplpush } from './move';
import { lmpop, lpop, rpop } from './pop';
import { linsert, lpush, lpushx, rpush, rpushx } from './push';
import { lindex, llen, lpos, lrange } from './read';

/** The commands of lists. */
export const LIST_COMMANDS = [
  blmove,
  blmpop,
  blpop,
  brpop,
  brpoplpush,
  lindex,
  linsert,
  llen,
  lmove,
  lmpop,
  lpop,
  lpos,
  lpush,
  lpushx,
  lrange,
  lrem,
  lset,
  ltrim,
  rpop,
  rpoplpush,
  rpush,
  rpushx,
];
