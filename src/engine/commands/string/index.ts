import { decr, decrby, incr, incrby, incrbyfloat } from './counters';
import { get, getdel, getex, getset } from './get';
import { lcs } from './lcs';
import { mget, mset, msetnx } from './multiple';
import { append, getrange, setrange, strlen, substr } from './ranges';
import { psetex, set, setex, setnx } from './set';

/** The commands of strings. */
export const STRING_COMMANDS = [
  append,
  decr,
  decrby,
  get,
  getdel,
  getex,
  getrange,
  getset,
  incr,
  incrby,
  incrbyfloat,
  lcs,
  mget,
  mset,
  msetnx,
  psetex,
  set,
  setex,
  setnx,
  setrange,
  strlen,
  substr,
];
