import { contract, useServers } from './harness';

useServers();

const SEVERAL = { wireOnly: 'needs several connections' };

contract('MULTI queues and EXEC answers', [
  ['MULTI'], ['SET', 'a', 1], ['INCR', 'a'], ['GET', 'a'], ['EXEC'], ['GET', 'a'],
]);

contract('errors while queueing abort, errors while running do not', [
  ['MULTI'], ['SET', 'a'], ['SET', 'a', 1], ['EXEC'], ['EXISTS', 'a'],
  ['MULTI'], ['NOPE'], ['EXEC'], ['SET', 's', 'x'], ['MULTI'], ['INCR', 's'], ['SET', 'b', 1], ['HGET', 's', 'f'], ['EXEC'], ['GET', 'b'],
]);

contract('what is wrong around transactions', [
  ['EXEC'], ['DISCARD'], ['MULTI'], ['MULTI'], ['WATCH', 'k'], ['SET', 'a', 1], ['EXEC'], ['MULTI'], ['SET', 'a', 2], ['DISCARD'], ['GET', 'a'], ['MULTI'], ['EXEC'], ['UNWATCH'], ['WATCH'], ['MULTI', 'x'], ['EXEC', 'x'],
  ['MULTI'], ['PING'], ['ECHO', 'x'], ['SELECT', 1], ['SET', 'in1', 1], ['SELECT', 0], ['EXEC'], ['EXISTS', 'in1'],
], { wireOnly: 'SELECT through callBuffer leaves ioredis unaware of the database' });

contract('WATCH notices changes by others', [
  ['SET', 'k', 1], ['WATCH', 'k'], { run: ['SET', 'k', 2], as: 'other' }, ['MULTI'], ['GET', 'k'], ['EXEC'],
  ['WATCH', 'k'], { run: ['GET', 'k'], as: 'other' }, ['MULTI'], ['GET', 'k'], ['EXEC'],
  ['WATCH', 'k'], { run: ['SET', 'k', 2], as: 'other' }, ['UNWATCH'], ['MULTI'], ['GET', 'k'], ['EXEC'],
  ['WATCH', 'none'], { run: ['DEL', 'none'], as: 'other' }, ['MULTI'], ['PING'], ['EXEC'],
  ['WATCH', 'k'], { run: ['DEL', 'k'], as: 'other' }, ['MULTI'], ['PING'], ['EXEC'],
  ['WATCH', 'k'], ['SET', 'k', 3], ['MULTI'], ['PING'], ['EXEC'],
  ['WATCH', 'k'], { run: ['EXPIRE', 'k', 100], as: 'other' }, ['MULTI'], ['PING'], ['EXEC'],
  ['WATCH', 'k'], { run: ['SETNX', 'k', 100], as: 'other' }, ['MULTI'], ['PING'], ['EXEC'],
], SEVERAL);

contract('WATCH and FLUSHALL, SWAPDB, RENAME, other databases', [
  ['SET', 'k', 1], ['WATCH', 'k'], { run: ['FLUSHALL'], as: 'other' }, ['MULTI'], ['PING'], ['EXEC'],
  ['WATCH', 'none'], { run: ['FLUSHALL'], as: 'other' }, ['MULTI'], ['PING'], ['EXEC'],
  ['SET', 'k', 1], ['WATCH', 'k'], { run: ['SWAPDB', 0, 1], as: 'other' }, ['MULTI'], ['PING'], ['EXEC'],
  ['WATCH', 'none'], { run: ['SWAPDB', 0, 1], as: 'other' }, ['MULTI'], ['PING'], ['EXEC'],
  ['SET', 'k', 1], ['WATCH', 'k', 'x'], { run: ['RENAME', 'k', 'x'], as: 'other' }, ['MULTI'], ['PING'], ['EXEC'],
  ['WATCH', 'y'], { run: ['SELECT', 1], as: 'other' }, { run: ['SET', 'y', 1], as: 'other' }, ['MULTI'], ['PING'], ['EXEC'],
], SEVERAL);

contract('WATCH and expiry', [
  ['SET', 'k', 1, 'PX', 30], ['WATCH', 'k'], { wait: 60 }, ['MULTI'], ['PING'], ['EXEC'],
  ['SET', 'k', 1, 'PX', 20], { wait: 60 }, ['WATCH', 'k'], ['MULTI'], ['PING'], ['EXEC'],
]);

contract('a transaction is discarded by RESET', [
  ['MULTI'], ['SET', 'a', 1], ['RESET'], ['EXEC'], ['PING'], ['EXISTS', 'a'],
], { wireOnly: 'RESET ends RESP3 and the state ioredis keeps', protocols: [2] });
