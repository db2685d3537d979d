// node test/support/rdb/make.mjs REDIS-SERVER-8: has a redis-server 8.0 write the RDB files beside this script, and prints the
// digest of the first one, which test/contract/rdb-files.test.ts expects.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

const [, , program = 'redis-server'] = process.argv;
const folder = mkdtempSync(join(tmpdir(), 'rdb-fixtures-'));
const socket = join(folder, 'redis.sock');
const args = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', '--enable-debug-command', 'yes'];
const server = spawn(program, args, { stdio: 'ignore' });
const redis = new Redis(socket);

await redis.set('string', 'text');
await redis.set('number', 4_294_967_296);
await redis.set('deadline', 'later', 'PXAT', 4_102_444_800_123);
await redis.rpush('list', ...Array.from({ length: 300 }, (_, i) => `element ${String(i)}`));
await redis.sadd('numbers', 1, 2, 70_000, -5);
await redis.sadd('members', 'a', 'b', 'c', 1);
await redis.hset('hash', 'field', 'value', 'other', 7);
await redis.zadd('zset', 1.5, 'one', -2, 'two', 'inf', 'three');
await redis.xadd('stream', '1-1', 'field', 'value');
await redis.xadd('stream', '1-2', 'field', 'value');
await redis.xgroup('CREATE', 'stream', 'group', '0');
await redis.xreadgroup('GROUP', 'group', 'consumer', 'COUNT', 1, 'STREAMS', 'stream', '>');
await redis.select(3);
await redis.hset('large', Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`field ${String(i)}`, i])));
await redis.select(0);
await redis.function('LOAD', "#!lua name=lib\nredis.register_function('f', function() return 1 end)");
await redis.save();
copyFileSync(join(folder, 'dump.rdb'), join(import.meta.dirname, 'redis-8.0.2.rdb'));
console.log(await redis.call('DEBUG', 'DIGEST'));

await redis.del('string', 'number');
await redis.set('plain', 'text');
await redis.hset('timedhash', 'field', 'value', 'other', 1);
await redis.call('HPEXPIREAT', 'timedhash', 4_102_444_800_123, 'FIELDS', 1, 'field');
await redis.save();
copyFileSync(join(folder, 'dump.rdb'), join(import.meta.dirname, 'redis-8.0.2-field-deadlines.rdb'));
console.log(await redis.dbsize(), await redis.keys('*'));

redis.disconnect();
server.kill();
rmSync(folder, { recursive: true });
