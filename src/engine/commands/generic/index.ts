import { dump, restore, restoreAsking } from './dump';
import { copy, move, rename, renamenx } from './copy-move';
import { del, exists, touch, type, unlink } from './keys';
import { expire, expireat, persist, pexpire, pexpireat } from './expire';
import { expiretime, pexpiretime, pttl, ttl } from './ttl';
import { migrate } from './migrate';
import { object } from './object';
import { keys, randomkey, scan } from './scan';
import { sortCommand, sortReadOnly } from './sort';
import { wait } from './wait';

/** The commands of keys of any type. */
export const GENERIC_COMMANDS = [
  dump,
  restore,
  restoreAsking,
  copy,
  del,
  exists,
  expire,
  expireat,
  expiretime,
  keys,
  migrate,
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
  sortCommand,
  sortReadOnly,
  touch,
  ttl,
  type,
  unlink,
  wait,
];
