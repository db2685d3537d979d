import { copy, move, rename, renamenx } from './copy-move';
import { del, exists, touch, type, unlink } from './keys';
import { expire, expireat, persist, pexpire, pexpireat } from './expire';
import { expiretime, pexpiretime, pttl, ttl } from './ttl';
import { object } from './object';
import { keys, randomkey, scan } from './scan';
import { wait, waitaof } from './wait';

/** The commands of keys of any type; those that work with what the keys hold are apart. */
export const GENERIC_COMMANDS = [
  copy,
  del,
  exists,
  expire,
  expireat,
  expiretime,
  keys,
  move,
  object,
  persist,
  pexpire,
  pexpireat,
  pexpiretime,
  pttl,
  randomkey,
  rename,
  renamenx,
  scan,
  touch,
  ttl,
  type,
  unlink,
  wait,
  waitaof,
];
