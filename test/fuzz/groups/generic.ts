import fc from 'fast-check';
import { command, futureSeconds, key, options, seconds, some, type CommandGroup } from '../command-group';

const conditions = options('NX', 'XX', 'GT', 'LT', 'BAD');
const milliseconds = seconds.map((text) => `${text}000`);
const database = fc.constantFrom('0', '1', '2', '16', '-1', 'x');

export const genericGroup: CommandGroup = {
  name: 'generic',
  commands: {
    del: command(['DEL', some(key)]),
    unlink: command(['UNLINK', some(key, 1, 2)]),
    exists: command(['EXISTS', some(key)]),
    touch: command(['TOUCH', some(key)]),
    type: command(['TYPE', key]),
    expire: command(['EXPIRE', key, seconds, conditions]),
    pexpire: command(['PEXPIRE', key, milliseconds, conditions]),
    expireat: command(['EXPIREAT', key, futureSeconds, conditions]),
    pexpireat: command(['PEXPIREAT', key, futureSeconds.map((text) => `${text}000`), conditions]),
    ttl: command(['TTL', key], 'near'),
    pttl: command(['PTTL', key], 'near'),
    expiretime: command(['EXPIRETIME', key], 'near'),
    pexpiretime: command(['PEXPIRETIME', key], 'near'),
    persist: command(['PERSIST', key]),
    rename: command(['RENAME', key, key]),
    renamenx: command(['RENAMENX', key, key]),
    copy: command([
      'COPY',
      key,
      key,
      options(
        'REPLACE',
        database.map((db) => ['DB', db]),
      ),
    ]),
    move: command(['MOVE', key, database]),
    keys: command(['KEYS', fc.constantFrom('*', '[a-c]', '?', 'x', '\\', '[^a]')], 'sorted'),
    scan: command(
      [
        'SCAN',
        '0',
        'COUNT',
        '1000',
        options(
          fc.constantFrom('string', 'hash', 'list', 'set', 'zset', 'stream').map((type) => ['TYPE', type]),
          fc.constant(['MATCH', '[a-c]']),
        ),
      ],
      'sorted',
    ),
    randomkey: command(['RANDOMKEY'], 'shape'),
    dbsize: command(['DBSIZE']),
    swapdb: command(['SWAPDB', database, database]),
    flushdb: command(['FLUSHDB', options('ASYNC', 'SYNC')]),
    'object encoding': command(['OBJECT', 'ENCODING', key]),
    'unknown command': command(['NOSUCH', some(key, 0, 3)]),
    'wrong arity': command([fc.constantFrom('GET', 'HSET', 'EXPIRE', 'COPY', 'MGET', 'SETRANGE'), some(key, 0, 1)]),
  },
};

export const transactionGroup: CommandGroup = {
  name: 'transactions',
  commands: {
    multi: command(['MULTI']),
    exec: command(['EXEC']),
    discard: command(['DISCARD']),
    watch: command(['WATCH', some(key, 1, 2)]),
    unwatch: command(['UNWATCH']),
  },
};
