import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kept } from './kept-engine';

/** What must not be read on the disk. */
export const SECRET = 'no-one-may-read-this';
const LIBRARY = `#!lua name=${SECRET.replaceAll('-', '_')}\nredis.register_function('f', function() return '${SECRET}' end)`;

/** Every type, big values, long keys, names and values that a search would find. */
export function fill({ run }: Kept): void {
  for (let i = 0; i < 50; i++) run('SET', `${SECRET}:${String(i)}`, `${SECRET} ${String(i)}`);
  run('SET', SECRET.repeat(200), SECRET);
  run('SET', `${SECRET}:volatile`, SECRET, 'PX', '10000000');
  run('SET', `${SECRET}:long`, SECRET.repeat(20_000));
  for (let i = 0; i < 2_500; i++) {
    run('HSET', `${SECRET}:hash`, `${SECRET}:${String(i)}`, SECRET);
    run('ZADD', `${SECRET}:zset`, String(i), `${SECRET}:${String(i)}`);
    run('RPUSH', `${SECRET}:list`, `${SECRET}:${String(i)}`);
  }
  run('SADD', `${SECRET}:set`, SECRET);
  run('XADD', `${SECRET}:stream`, '1-1', SECRET, SECRET);
  run('XGROUP', 'CREATE', `${SECRET}:stream`, SECRET, '0');
  run('XREADGROUP', 'GROUP', SECRET, SECRET, 'STREAMS', `${SECRET}:stream`, '>');
  run('FUNCTION', 'LOAD', LIBRARY);
}

/** The files of a directory in which it can be read. */
export function inClear(directory: string): string[] {
  return readdirSync(directory).filter((name) => {
    const bytes = readFileSync(join(directory, name));
    return bytes.includes(SECRET) || bytes.includes(SECRET.slice(0, 9)) || bytes.includes(SECRET.replaceAll('-', '_'));
  });
}
