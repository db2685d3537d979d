import { STREAM_COMMANDS } from '../../src/engine/commands/stream';
import { RespClient } from '../support/resp-client';
import { contract, useServers, type Step, type Words } from './harness';

const servers = useServers();

const MAX = '18446744073709551615';
const ALL: Words = ['XRANGE', 's', '-', '+'];
/** Entries 1-1 to `count`-1, one field each. */
const entries = (count: number, key = 's'): Step[] => Array.from({ length: count }, (_, i) => ['XADD', key, `${String(i + 1)}-1`, 'f', `v${String(i + 1)}`]);
/** What XINFO tells about a stream, `GROUPS` included. */
const INFO: Words[] = [['XINFO', 'STREAM', 's'], ['XINFO', 'GROUPS', 's']];

contract('XADD takes complete, partial and automatic ids', [
  ['XADD', 's', '0-1', 'a', '1'], ['XADD', 's', '0-*', 'a', '2'], ['XADD', 's', '5', 'a', '3'], ['XADD', 's', '5-*', 'a', '4', 'b', '5'], ['XADD', 's', '4-*', 'a', '1'], ['XADD', 's', '5-1', 'a', '1'], ['XADD', 's', '5-0', 'a', '1'],
  ALL, { run: ['XADD', 's', '*', 'a', '1'], compare: 'shape' }, ['XLEN', 's'], ['XADD', 's', '0-0', 'a', '1'], ['XADD', 's', '0', 'a', '1'], ['XADD', 's', 'x', 'a', '1'], ['XADD', 's', '-', 'a', '1'], ['XADD', 's', '+', 'a', '1'], ['XADD', 's', '*-1', 'a', '1'],
  ...['007-01', ' 7-2', '7-+3', '7--5', '7-0x', '8-', '-8', '8-1-1', '8-*-*', '8*', '8-**', '9 -1', '', `${MAX}0-0`, '18446744073709551616', '8\0x-1', `1${' '.repeat(130)}`].map((id): Words => ['XADD', 'ids', id, 'a', '1']),
  ['XRANGE', 'ids', '-', '+'],
  ['XADD', 'end', `${MAX}-18446744073709551614`, 'a', '1'], ['XADD', 'end', '*', 'a', '1'], ['XADD', 'end', '*', 'a', '1'], ['XADD', 'end', `${MAX}-*`, 'a', '1'], ['XADD', 'seq', `5-${MAX}`, 'a', '1'], ['XADD', 'seq', '5-*', 'a', '1'], ['XADD', 'seq', '6-*', 'a', '1'],
  ['XADD', 'big', '9007199254740993-9007199254740993', 'a', '1'], ['XADD', 'big', '9007199254740993-*', 'a', '1'], ['XADD', 'big', '9007199254740992-1', 'a', '1'], ['XRANGE', 'big', '-', '+'],
]);

contract('XADD refuses what makes no sense, in the order of Redis', [
  ['XADD', 's'], ['XADD', 's', '*'], ['XADD', 's', '*', 'a'], ['XADD', 's', '1-1', 'a', 'b', 'c'], ['XADD', 's', 'MAXLEN', '10', '*'], ['XADD', 's', 'MAXLEN', '10', '*', 'a'], ['XADD', 's', 'MAXLEN', 'x', '*', 'a', 'b'], ['XADD', 's', 'MAXLEN', '-1', '*', 'a', 'b'],
  ['XADD', 's', 'MAXLEN', '1', 'MINID', '1', '*', 'a', 'b'], ['XADD', 's', 'MINID', 'x', '*', 'a', 'b'], ['XADD', 's', 'MINID', '-', '*', 'a', 'b'], ['XADD', 's', 'MAXLEN', '=', '1', 'LIMIT', '1', '1-1', 'a', 'b'], ['XADD', 's', 'LIMIT', '1', '1-1', 'a', 'b'], ['XADD', 's', 'LIMIT', '0', '1-1', 'a', 'b'],
  ['XADD', 's', 'MAXLEN', '~', '1', 'LIMIT', '-1', '1-1', 'a', 'b'], ['XADD', 's', 'MAXLEN', '~', '1', 'LIMIT', 'x', '1-1', 'a', 'b'], ['XADD', 's', 'NOMKSTREAM', '1-1', 'a', 'b'], ['EXISTS', 's'], ['XADD', 's', 'nomkstream', 'nomkstream', '0-0', 'a', 'b'], ['SET', 'k', '1'], ['XADD', 'k', '1-1', 'a', 'b'], ['XADD', 'k', '0-0', 'a', 'b'], ['XADD', 'k', 'NOMKSTREAM', '*', 'a', 'b'],
]);

contract('fields of every kind', [
  ['XADD', 's', '1-1', '', ''], ['XADD', 's', '1-2', '\0\r\n\xff', '12'], ['XADD', 's', '1-3', 'a', '1', 'a', '2'], ['XADD', 's', '1-4', 'x'.repeat(5000), 'y'.repeat(70_000)], ALL, ['XADD', 's', '1-5', 'b', '1', 'a', '2'], ['XRANGE', 's', '1-5', '1-5'],
]);

contract('XRANGE and XREVRANGE', [
  ...entries(7), ['XADD', 's', '7-5', 'f', 'last'],
  ...([['-', '+'], ['2', '4'], ['(2', '(4'], ['(2-0', '(2-2'], ['2-1', '2-1'], ['(2-1', '2-1'], ['5', '3'], ['7', '7'], ['(7-1', '+'], ['-', '(7-5'], ['0', '0'], [MAX, MAX], ['8', '+'], ['+', '-'], ['3-5', '5-0'], ['-', '-'], ['+', '+']] as const).flatMap(([start, end]): Words[] => [
    ['XRANGE', 's', start, end], ['XREVRANGE', 's', end, start], ['XRANGE', 's', start, end, 'COUNT', 2], ['XREVRANGE', 's', end, start, 'count', 2],
  ]),
  ['XRANGE', 's', '-', '+', 'COUNT', 0], ['XRANGE', 's', '-', '+', 'COUNT', -5], ['XRANGE', 'none', '-', '+', 'COUNT', 0], ['XRANGE', 's', '-', '+', 'COUNT', 'x'], ['XRANGE', 's', '-', '+', 'COUNT'], ['XRANGE', 's', '-', '+', 'NOPE'], ['XRANGE', 's', '-', '+', 'COUNT', 1, 'COUNT', 3], ['XRANGE', 's', '-', '+', 'COUNT', '9223372036854775807'],
  ['XRANGE', 's', '(-', '+'], ['XRANGE', 's', '(', '+'], ['XRANGE', 's', `(${MAX}-${MAX}`, '+'], ['XRANGE', 's', `(${MAX}`, '+'], ['XRANGE', 's', '-', '(0-0'], ['XRANGE', 's', '-', '(0'], ['XREVRANGE', 's', '(0-0', 'x'], ['XREVRANGE', 's', 'x', `(${MAX}-${MAX}`], ['XRANGE', 's', 'x', 'y'], ['XRANGE', 's', '1'], ['XRANGE', 's'], ['XRANGE', 'none', '-', '+'], ['XRANGE', 'none', 'x', '+'],
]);

contract('XLEN, XDEL', [
  ...entries(5), ['XLEN', 's'], ['XDEL', 's', '2-1', '9-9', '2-1'], ['XDEL', 's', 'x'], ['XDEL', 's', '3-1', 'x'], ['XDEL', 'none', 'x'], ['XDEL', 's', '-'], ALL, ...INFO, ['XDEL', 's', '1-1', '5-1'], ALL, ...INFO, ['XDEL', 's', '3-1', '4'], ['XDEL', 's', '4-1'], ['XLEN', 's'], ...INFO, ['EXISTS', 's'], ALL, ['XADD', 's', '5-1', 'a', 'b'], ['XADD', 's', '5-2', 'a', 'b'], ALL, ...INFO, ['XLEN', 'none'],
]);

contract('XTRIM by length and by id, exactly', [
  ...entries(20), ['XTRIM', 's', 'MAXLEN', 20], ['XTRIM', 's', 'MAXLEN', 18], ['XTRIM', 's', 'MAXLEN', '=', 17], ['XTRIM', 's', 'MINID', '6'], ['XTRIM', 's', 'MINID', '=', '6-1'], ['XTRIM', 's', 'MINID', '6-2'], ...INFO, ['XADD', 's', 'MAXLEN', 3, '21-1', 'a', 'b'], ALL, ['XADD', 's', 'MINID', '22', '21-2', 'a', 'b'], ...INFO, ['XADD', 's', 'MAXLEN', 0, '23', 'a', 'b'], ...INFO,
  ['XTRIM', 'none', 'MAXLEN', 1], ['XTRIM', 'none', 'MAXLEN', 'x'], ['XTRIM', 's'], ['XTRIM', 's', 'MAXLEN'], ['XTRIM', 's', 'MAXLEN', '~'], ['XTRIM', 's', 'NOPE', 1], ['XTRIM', 's', 'MAXLEN', 1, 'NOPE'], ['XTRIM', 's', 'MAXLEN', 1, 'LIMIT', 1], ['XTRIM', 's', 'LIMIT', 1, 'LIMIT', 2], ['XTRIM', 's', 'LIMIT', 0, 'LIMIT', 0], ['XTRIM', 's', 'MAXLEN', '-1'], ['XTRIM', 's', 'MAXLEN', 1, 'MAXLEN', 1], ['XTRIM', 's', 'MAXLEN', '9223372036854775807'], ['XTRIM', 's', 'MAXLEN', '9223372036854775808'], ['SET', 'k', 1], ['XTRIM', 'k', 'MAXLEN', 1],
]);

contract('approximate trimming removes whole nodes', [
  ['CONFIG', 'SET', 'stream-node-max-entries', 10],
  ...entries(95), ['XINFO', 'STREAM', 's'], ['XTRIM', 's', 'MAXLEN', '~', 90], ['XTRIM', 's', 'MAXLEN', '~', 80], ['XTRIM', 's', 'MAXLEN', '~', 79, 'LIMIT', 9], ['XTRIM', 's', 'MAXLEN', '~', 0, 'LIMIT', 25], ['XTRIM', 's', 'MINID', '~', '31'], ['XTRIM', 's', 'MINID', '~', '40-1'], ['XTRIM', 's', 'MINID', '~', '60-2'], ['XINFO', 'STREAM', 's'],
  ['XDEL', 's', '70-1', '69-1', '61-1'], ['XTRIM', 's', 'MINID', '~', '69'], ['XTRIM', 's', 'MINID', '~', '70'], ['XTRIM', 's', 'MINID', '~', '70-1'], ['XTRIM', 's', 'MINID', '~', '71'], ['XINFO', 'STREAM', 's'], ['XADD', 's', 'MAXLEN', '~', 10, '100', 'a', 'b'], ['XADD', 's', 'MINID', '~', '90', 'LIMIT', 0, '101', 'a', 'b'], ['XTRIM', 's', 'MINID', '96'], ['XINFO', 'STREAM', 's'], ALL,
  ['XTRIM', 's', 'MAXLEN', '~', 0], ['XINFO', 'STREAM', 's'], ['CONFIG', 'SET', 'stream-node-max-entries', 100],
]);

const sizes = [10, 100, 1000, 3000, 4096, 5000, 63, 64, 2000, 2100];
contract('nodes close at their limit of bytes', [
  ...Array.from({ length: 120 }, (_, i): Step => ['XADD', 's', `${String(i * 1000)}-${String(9 - (i % 9))}`, i % 5 === 0 ? 'f' : `field-${String(i % 3)}`, i % 7 === 0 ? i * 1_000_003 : 'v'.repeat(sizes[i % sizes.length] ?? 0)]),
  ['XINFO', 'STREAM', 's'],
  ...Array.from({ length: 60 }, (_, i): Step[] => [['XTRIM', 's', 'MAXLEN', '~', 120 - i * 2], ['XLEN', 's']]).flat(),
]);
contract('small entries fill nodes to the byte', [
  ...Array.from({ length: 900 }, (_, i): Step => ['XADD', 's', `${String(1000 + ((i * i) % 7) + i * 97)}-${String(i % 4)}`, 'id', i * (i % 3 === 0 ? 1 : i % 3 === 1 ? 300 : 70_000), 'name', 'x'.repeat(i % 50)]),
  ['XINFO', 'STREAM', 's'], ...Array.from({ length: 90 }, (_, i): Step[] => [['XTRIM', 's', 'MAXLEN', '~', 900 - i * 10], ['XLEN', 's']]).flat(), ['XINFO', 'STREAM', 's'],
]);

contract('XREAD answers what came after an id', [
  ...entries(5), ['XADD', 't', '1-1', 'a', 'b'],
  ['XREAD', 'STREAMS', 's', '0'], ['XREAD', 'COUNT', 2, 'STREAMS', 's', '1'], ['XREAD', 'COUNT', 2, 'STREAMS', 's', 't', '1-1', '0'], ['XREAD', 'STREAMS', 's', 't', '$', '0'], ['XREAD', 'STREAMS', 's', '$'], ['XREAD', 'STREAMS', 'none', 's', '0', '4'], ['XREAD', 'COUNT', 0, 'STREAMS', 's', '3'], ['XREAD', 'COUNT', -1, 'STREAMS', 's', '3'], ['XREAD', 'STREAMS', 's', 's', '3', '4'],
  ['XREAD', 'STREAMS', 's', '9'], ['XREAD', 'STREAMS', 's', MAX], ['XREAD', 'STREAMS', 's', `${MAX}-${MAX}`], ['XREAD', 'BLOCK', 20, 'STREAMS', 's', 't', '9', '$'], ['XREAD', 'BLOCK', 0, 'STREAMS', 's', '4'], ['XDEL', 's', '5-1'], ['XREAD', 'STREAMS', 's', '4-1'], ['XREAD', 'STREAMS', 's', '4-0'],
  ['XREAD', 'STREAMS', 's'], ['XREAD', 'STREAMS', 's', 't', '0'], ['XREAD', 'COUNT', 1, 'STREAMS', 's', 't', '0'], ['XREAD', 'COUNT', 'x', 'STREAMS', 's', '0'], ['XREAD', 'COUNT', 1, 'BLOCK', 1], ['XREAD', 'BLOCK', 'x', 'STREAMS', 's', '0'], ['XREAD', 'BLOCK', -1, 'STREAMS', 's', '0'], ['XREAD', 'BLOCK', '1.5', 'STREAMS', 's', '0'], ['XREAD', 'BLOCK', '9223372036854775808', 'STREAMS', 's', '0'],
  ['XREAD', 'NOPE', 'STREAMS', 's', '0'], ['XREAD', 'STREAMS', 's', '>'], ['XREAD', 'STREAMS', 's', '-'], ['XREAD', 'STREAMS', 's', 'x'], ['XREAD', 'GROUP', 'g', 'c', 'STREAMS', 's', '>'], ['XREAD', 'NOACK', 'STREAMS', 's', '>'], ['XREAD', 'GROUP', 'g', 'STREAMS'], ['SET', 'k', 1], ['XREAD', 'STREAMS', 's', 'k', '0', '0'], ['XREAD', 'STREAMS', 's', 'k', 'x', '0'], ['XREAD', 'STREAMS', 'k', 's', '0', 'x'],
  ['MULTI'], ['XREAD', 'BLOCK', 0, 'STREAMS', 's', '$'], ['XREAD', 'STREAMS', 's', '3'], ['EXEC'],
  ['EVAL', "return redis.call('XREAD', 'BLOCK', '0', 'STREAMS', 's', '$')", 0], ['EVAL', "return redis.call('XREAD', 'STREAMS', 's', '3')", 0], ['EVAL', "return redis.pcall('XREAD', 'STREAMS', 's', '$')", 0],
]);

contract('a blocked XREAD is served by the first entry after its id', [
  ...entries(1),
  { run: ['XREAD', 'BLOCK', 0, 'STREAMS', 'other', 's', '$', '$'], as: 'first', blocks: true }, { run: ['XREAD', 'BLOCK', 5000, 'COUNT', 1, 'STREAMS', 's', '3'], as: 'second', blocks: true }, { run: ['XREAD', 'BLOCK', 0, 'STREAMS', 's', 's', '$', '9'], as: 'third', blocks: true }, { run: ['XREAD', 'BLOCK', 0, 'STREAMS', 'new', '$'], as: 'fourth', blocks: true },
  ['MULTI'], ['XADD', 's', '2-1', 'a', 'b'], ['XADD', 's', '3-1', 'a', 'b'], ['EXEC'], { read: 'first' }, { read: 'third' },
  ['SET', 'new', 'x'], ['DEL', 'new'], ['DEL', 's'], ['XADD', 's', '2-1', 'a', 'b'], ['MULTI'], ['XADD', 's', '4-1', 'a', 'b'], ['XADD', 's', '4-2', 'a', 'b'], ['EXEC'], { read: 'second' }, ['XADD', 'new', '1-1', 'a', 'b'], { read: 'fourth' },
], { wireOnly: 'several connections' });

const GROUP: Words = ['XGROUP', 'CREATE', 's', 'g', '0'];
const readNew = (consumer: string, count: number, ...more: string[]): Words => ['XREADGROUP', 'GROUP', 'g', consumer, 'COUNT', count, ...more, 'STREAMS', 's', '>'];
const PENDING: Words[] = [['XPENDING', 's', 'g'], ['XINFO', 'GROUPS', 's']];
/** Every pending entry with a large minimum idle time or none: the times themselves cannot be compared. */
const owners = (...consumers: string[]): Step[] => consumers.flatMap((name): Step[] => [{ run: ['XPENDING', 's', 'g', '-', '+', 100, name], compare: 'shape' }, ['XREADGROUP', 'GROUP', 'g', name, 'STREAMS', 's', '0']]);

contract('XGROUP', [
  GROUP, ['XGROUP', 'CREATE', 's', 'g', '0', 'MKSTREAM'], ['XINFO', 'STREAM', 's'], ['XGROUP', 'CREATE', 's', 'g', '$'], ['XGROUP', 'CREATE', 's', 'G', '$', 'mkstream', 'ENTRIESREAD', 7], ['XGROUP', 'CREATE', 's', 'h', '5-5', 'entriesread', '-1'], ['XGROUP', 'CREATE', 's', '', '5'], ...INFO,
  ['XGROUP', 'CREATE', 's', 'x', '-'], ['XGROUP', 'CREATE', 's', 'x', '+'], ['XGROUP', 'CREATE', 's', 'x', 'y'], ['XGROUP', 'CREATE', 's', 'g', 'y'], ['XGROUP', 'CREATE', 's', 'x', '0', 'ENTRIESREAD', '-2'], ['XGROUP', 'CREATE', 's', 'x', '0', 'ENTRIESREAD', 'x'], ['XGROUP', 'CREATE', 's', 'x', '0', 'ENTRIESREAD'], ['XGROUP', 'CREATE', 's', 'x', '0', 'NOPE'], ['XGROUP', 'CREATE', 'none', 'x', 'y'], ['XGROUP', 'CREATE', 'none', 'x', 'y', 'MKSTREAM'], ['EXISTS', 'none'],
  ...entries(3), ['XGROUP', 'SETID', 's', 'g', '$'], ...INFO, ['XGROUP', 'SETID', 's', 'g', '-'], ['XGROUP', 'SETID', 's', 'g', '2-1', 'ENTRIESREAD', 2], ...INFO, ['XGROUP', 'SETID', 's', 'g', '+'], ...INFO, ['XGROUP', 'SETID', 's', 'g', '2', 'MKSTREAM'], ['XGROUP', 'SETID', 's', 'g', 'x'], ['XGROUP', 'SETID', 's', 'none', 'x'], ['XGROUP', 'SETID', 'none', 'g', '0'], ['XGROUP', 'SETID', 's', 'g', '0', 'ENTRIESREAD', 'x'],
  ['XGROUP', 'CREATECONSUMER', 's', 'g', 'c'], ['XGROUP', 'CREATECONSUMER', 's', 'g', 'c'], ['XGROUP', 'CREATECONSUMER', 's', 'none', 'c'], ['XGROUP', 'CREATECONSUMER', 'none', 'g', 'c'], ['XGROUP', 'DELCONSUMER', 's', 'g', 'c'], ['XGROUP', 'DELCONSUMER', 's', 'g', 'c'], ['XGROUP', 'DELCONSUMER', 's', 'none', 'c'], ['XGROUP', 'DELCONSUMER', 'none', 'g', 'c'],
  ['XGROUP', 'DESTROY', 's', 'g'], ['XGROUP', 'DESTROY', 's', 'g'], ['XGROUP', 'DESTROY', 'none', 'g'], ['XINFO', 'GROUPS', 's'], ['XGROUP'], ['XGROUP', 'NOPE', 's', 'g'], ['XGROUP', 'CREATE', 's'], ['XGROUP', 'DESTROY', 's', 'g', 'x'], ['SET', 'k', 1], ['XGROUP', 'CREATE', 'k', 'g', '0', 'MKSTREAM'], ['XGROUP', 'SETID', 'k', 'g', 'x'], ['XGROUP', 'DESTROY', 'k', 'g'], ['XGROUP', 'CREATECONSUMER', 'k', 'g', 'c'], ['XGROUP', 'DELCONSUMER', 'k', 'g', 'c'], ['XGROUP', 'CREATE', 'k', 'g', '0', 'NOPE'],
]);

contract('XREADGROUP delivers new entries and repeats the history', [
  ...entries(6), GROUP, readNew('a', 2), readNew('b', 1), ...PENDING, ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', '0'], ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', '1-1'], ['XREADGROUP', 'GROUP', 'g', 'a', 'COUNT', 1, 'STREAMS', 's', '0'], ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '0'], ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', MAX], ['XREADGROUP', 'GROUP', 'g', 'd', 'COUNT', 1, 'STREAMS', 's', `${MAX}-${MAX}`],
  { run: ['XPENDING', 's', 'g', '-', '+', 10], compare: 'shape' }, ['XDEL', 's', '1-1'], ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', '0'], readNew('a', 1, 'NOACK'), ...PENDING, readNew('a', 0), readNew('a', 5), readNew('new', 5), ['XINFO', 'GROUPS', 's'], ['XREADGROUP', 'GROUP', 'g', 'a', 'BLOCK', 10, 'STREAMS', 's', '>'], ['XREADGROUP', 'GROUP', 'g', 'a', 'BLOCK', 0, 'STREAMS', 's', '9'],
  { run: ['XINFO', 'CONSUMERS', 's', 'g'], compare: 'shape' }, ['XACK', 's', 'g', '1-1', '2-1', '2-1', '9'], ['XACK', 's', 'g', '2-1'], ['XACK', 's', 'g', '3-1', 'x'], ['XACK', 's', 'none', 'x'], ['XACK', 'none', 'g', 'x'], ...PENDING, ...owners('a', 'b', 'new'),
  ['XGROUP', 'SETID', 's', 'g', '0'], readNew('b', 3), ...PENDING, ...owners('a', 'b'), ['XGROUP', 'DELCONSUMER', 's', 'g', 'b'], ...PENDING, { run: ['XINFO', 'STREAM', 's', 'FULL'], compare: 'shape' },
  ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', '$'], ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', 'x'], ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', '-'], ['XREADGROUP', 'GROUP', 'none', 'a', 'STREAMS', 's', 'x'], ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 'none', '>'], ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', '0', '0'], ['XREADGROUP', 'COUNT', 1, 'COUNT', 2, 'STREAMS', 's', '0'], ['XREADGROUP', 'GROUP', 'g', 'a', 'COUNT', 1, 'BLOCK', 1], ['XREADGROUP', 'GROUP', 'g', 'a', 'NOPE', 'STREAMS', 's', '>'], ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS'],
  ['SET', 'k', 1], ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', 'k', '0', '0'], ['XGROUP', 'CREATE', 't', 'g', '0', 'MKSTREAM'], ['XADD', 't', '1-1', 'a', 'b'], ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', 't', '>', '>'], ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 't', 's', 't', '0', '0', '>'],
  ['MULTI'], ['XREADGROUP', 'GROUP', 'g', 'm', 'BLOCK', 0, 'STREAMS', 's', '>'], ['EXEC'], ['EVAL', "return redis.call('XREADGROUP', 'GROUP', 'g', 'c', 'BLOCK', '0', 'STREAMS', 's', '>')", 0], ['EVAL', "return redis.call('XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 's', '0')", 0],
]);

const setId = (id: string, entriesRead: string | number): Words => ['XGROUP', 'SETID', 's', 'g', id, 'ENTRIESREAD', entriesRead];
contract('entries-read and lag, as far as they can be known', [
  GROUP, ['XGROUP', 'CREATE', 's', 'g', '0', 'MKSTREAM'], ['XINFO', 'GROUPS', 's'], ...entries(8), ['XINFO', 'GROUPS', 's'], readNew('a', 2), ['XINFO', 'GROUPS', 's'],
  ...['0', '0-5', '1-0', '1-1', '1-2', '4-1', '8-0', '8-1', '9', MAX].flatMap((id): Words[] => [['XGROUP', 'SETID', 's', 'g', id], ['XINFO', 'GROUPS', 's'], readNew('a', 1), ['XINFO', 'GROUPS', 's'], setId(id, 3), ['XINFO', 'GROUPS', 's'], readNew('a', 1), ['XINFO', 'GROUPS', 's']]),
  ['XDEL', 's', '4-1'],
  ...['0', '1-1', '2-1', '4-0', '4-1', '4-2', '5-1', '8-1'].flatMap((id): Words[] => [['XGROUP', 'SETID', 's', 'g', id], ['XINFO', 'GROUPS', 's'], readNew('a', 1), ['XINFO', 'GROUPS', 's'], setId(id, 3), readNew('a', 1), ['XINFO', 'GROUPS', 's']]),
  ['XTRIM', 's', 'MINID', '5'], ...['0', '5-0', '5-1', '6-1'].flatMap((id): Words[] => [['XGROUP', 'SETID', 's', 'g', id], ['XINFO', 'GROUPS', 's'], readNew('a', 1), ['XINFO', 'GROUPS', 's'], setId(id, 5), readNew('a', 1), ['XINFO', 'GROUPS', 's']]),
  ['XTRIM', 's', 'MAXLEN', 0], ...['0', '7-1', '8-1', '9'].flatMap((id): Words[] => [['XGROUP', 'SETID', 's', 'g', id], ['XINFO', 'GROUPS', 's'], readNew('a', 1), ['XINFO', 'GROUPS', 's']]),
  setId('0', '9223372036854775806'), ['XADD', 's', '9-1', 'a', 'b'], ['XADD', 's', '9-2', 'a', 'b'], readNew('a', 1), ['XINFO', 'GROUPS', 's'], ['XSETID', 's', '10', 'ENTRIESADDED', '9223372036854775800'], ['XINFO', 'GROUPS', 's'], ['XADD', 's', '11', 'a', 'b'], ['XINFO', 'STREAM', 's'], ['XINFO', 'GROUPS', 's'],
]);

contract('XPENDING', [
  ...entries(6), GROUP, ['XPENDING', 's', 'g'], ['XPENDING', 's', 'g', '-', '+', 5], readNew('b', 3), readNew('a', 2), ['XPENDING', 's', 'g'],
  ...([['-', '+', 10], ['-', '+', 2], ['2', '4', 10], ['(2-1', '(4-1', 10], ['-', '+', 0], ['-', '+', -1], ['-', '+', 10, 'a'], ['-', '+', 10, 'none'], ['4', '3', 10], ['+', '-', 10]] as const).map((query): Step => ({ run: ['XPENDING', 's', 'g', ...query], compare: 'shape' })),
  ['XPENDING', 's', 'g', 'IDLE', 100_000, '-', '+', 10], { run: ['XPENDING', 's', 'g', 'idle', 0, '-', '+', 10, 'a'], compare: 'shape' }, { run: ['XPENDING', 's', 'g', 'IDLE', -5, '-', '+', 10], compare: 'shape' },
  ['XPENDING', 's', 'g', '-'], ['XPENDING', 's', 'g', '-', '+'], ['XPENDING', 's', 'g', '-', '+', 'x'], ['XPENDING', 's', 'g', 'x', '+', 'x'], ['XPENDING', 's', 'g', 'x', '+', 1], ['XPENDING', 's', 'g', '-', 'x', 1], ['XPENDING', 's', 'g', `(${MAX}-${MAX}`, '+', 1], ['XPENDING', 's', 'g', '-', '(0-0', 1], ['XPENDING', 's', 'g', 'IDLE', 'x', '-', '+', 1], ['XPENDING', 's', 'g', 'IDLE', 1, '-', '+'], ['XPENDING', 's', 'g', 'IDLE', 'x', '-'], ['XPENDING', 's', 'g', 'IDLE', 1, '-', '+', 1, 'a', 'b'], ['XPENDING', 's', 'g', 'NOPE', 1, '-', '+', 1],
  ['XPENDING', 's', 'none'], ['XPENDING', 'none', 'g'], ['XPENDING', 'none', 'g', 'x', '+', 1], ['XPENDING', 's\r\n\0x', 'none'], ['SET', 'k', 1], ['XPENDING', 'k', 'g'], ['XPENDING', 's'],
]);

contract('XCLAIM', [
  ...entries(6), GROUP, readNew('a', 4), ['XCLAIM', 's', 'g', 'b', 0, '1-1'], ['XCLAIM', 's', 'g', 'b', 100_000, '2-1'], ['XCLAIM', 's', 'g', 'b', -5, '2-1', '2-1', 'JUSTID'], ['XCLAIM', 's', 'g', 'b', 0, '5-1', '9-9'], ['XCLAIM', 's', 'g', 'b', 0, '5-1', '9-9', 'FORCE'], ['XCLAIM', 's', 'g', 'new', 0, '9-9'], ...PENDING, ...owners('a', 'b', 'new'),
  ['XCLAIM', 's', 'g', 'b', 0, '3', 'IDLE', 5000, 'RETRYCOUNT', 7], ['XCLAIM', 's', 'g', 'c', 0, '3-1', 'RETRYCOUNT', 9, 'IDLE', 300_000], ['XPENDING', 's', 'g', 'IDLE', 400_000, '-', '+', 10], { run: ['XPENDING', 's', 'g', 'IDLE', 200_000, '-', '+', 10], compare: 'shape' }, ['XCLAIM', 's', 'g', 'd', 200_000, '1-1', '3-1', 'TIME', 1], { run: ['XPENDING', 's', 'g', 'IDLE', 400_000, '-', '+', 10, 'd'], compare: 'shape' }, ['XCLAIM', 's', 'g', 'd', 0, '3-1', 'TIME', '99999999999999', 'JUSTID'], ['XPENDING', 's', 'g', 'IDLE', 50_000, '-', '+', 10],
  ['XCLAIM', 's', 'g', 'd', 0, '3-1', 'IDLE', '-9223372036854775808'], ['XCLAIM', 's', 'g', 'd', 0, '3-1', 'IDLE', -100], ['XCLAIM', 's', 'g', 'd', 0, '3-1', 'TIME', -1], ['XCLAIM', 's', 'g', 'd', 0, '3-1', 'RETRYCOUNT', -1], ['XCLAIM', 's', 'g', 'd', 0, '4-1', 'LASTID', '8-8'], ['XINFO', 'GROUPS', 's'], ['XCLAIM', 's', 'g', 'd', 0, '4-1', 'LASTID', '2'], ['XINFO', 'GROUPS', 's'],
  ['XDEL', 's', '1-1', '4-1'], ['XCLAIM', 's', 'g', 'b', 0, '1-1', '2-1', '4-1', 'FORCE'], ...PENDING,
  ['XCLAIM', 's', 'g', 'c', 'x', '1-1'], ['XCLAIM', 's', 'g', 'c', 0, 'x'], ['XCLAIM', 's', 'g', 'c', 0, '1-1', 'x', '2-1'], ['XCLAIM', 's', 'g', 'c', 0, '1-1', 'IDLE'], ['XCLAIM', 's', 'g', 'c', 0, '1-1', 'IDLE', 'x'], ['XCLAIM', 's', 'g', 'c', 0, '1-1', 'TIME', 'x'], ['XCLAIM', 's', 'g', 'c', 0, '1-1', 'RETRYCOUNT', 'x'], ['XCLAIM', 's', 'g', 'c', 0, '1-1', 'LASTID', 'x'], ['XCLAIM', 's', 'g', 'c', 0, '1-1', 'LASTID', '-'], ['XCLAIM', 's', 'g', 'c', 0, '-'], ['XCLAIM', 's', 'none', 'c', 'x', '1-1'], ['XCLAIM', 'none', 'g', 'c', 'x', '1-1'], ['XCLAIM', 's', 'g', 'c', 0, 'FORCE', 'JUSTID'], ['XCLAIM', 's', 'g', 'c', 0], ['SET', 'k', 1], ['XCLAIM', 'k', 'g', 'c', 'x', '1-1'], ['XINFO', 'GROUPS', 's'],
]);

contract('XAUTOCLAIM', [
  ...entries(12), GROUP, readNew('a', 10), ['XAUTOCLAIM', 's', 'g', 'b', 0, '0', 'COUNT', 2], ['XAUTOCLAIM', 's', 'g', 'b', 0, '(3-1', 'COUNT', 1, 'JUSTID'], ['XAUTOCLAIM', 's', 'g', 'b', 100_000, '0', 'COUNT', 1], ['XAUTOCLAIM', 's', 'g', 'b', 0, '10-1'], ['XAUTOCLAIM', 's', 'g', 'b', 0, '10-2'], ['XAUTOCLAIM', 's', 'g', 'b', 0, '+'], ['XAUTOCLAIM', 's', 'g', 'new', 0, MAX], ...PENDING, ...owners('a', 'b'),
  ['XDEL', 's', '1-1', '3-1', '4-1', '10-1'], ['XAUTOCLAIM', 's', 'g', 'c', 0, '-', 'COUNT', 3], ...PENDING, ['XAUTOCLAIM', 's', 'g', 'c', 100_000, '0', 'COUNT', 1], ['XAUTOCLAIM', 's', 'g', 'c', 0, '0', 'COUNT', 100, 'JUSTID'], ...PENDING, ...owners('a', 'b', 'c'),
  ['XAUTOCLAIM', 's', 'g', 'c', 'x', '0'], ['XAUTOCLAIM', 's', 'g', 'c', 'x', 'x'], ['XAUTOCLAIM', 's', 'g', 'c', 0, 'x'], ['XAUTOCLAIM', 's', 'g', 'c', 0, `(${MAX}-${MAX}`], ['XAUTOCLAIM', 's', 'g', 'c', 0, '0', 'COUNT', 0], ['XAUTOCLAIM', 's', 'g', 'c', 0, '0', 'COUNT', 'x'], ['XAUTOCLAIM', 's', 'g', 'c', 0, '0', 'COUNT'], ['XAUTOCLAIM', 's', 'g', 'c', 0, '0', 'NOPE'], ['XAUTOCLAIM', 's', 'g', 'c', 0, '0', 'COUNT', '576460752303423488'], ['XAUTOCLAIM', 's', 'g', 'c', 0, '0', 'COUNT', '576460752303423487'], ['XAUTOCLAIM', 's', 'none', 'c', 0, '0', 'COUNT', '576460752303423487'],
  ['XAUTOCLAIM', 's', 'none', 'c', 0, '0'], ['XAUTOCLAIM', 'none', 'g', 'c', 0, '0'], ['SET', 'k', 1], ['XAUTOCLAIM', 'k', 'g', 'c', 0, '0'], ['XAUTOCLAIM', 'k', 'g', 'c', 0, 'x'], ['XAUTOCLAIM', 's', 'g', 'c', 0],
]);

contract('a walk of XAUTOCLAIM gives up after ten entries for each it may claim', [
  ...entries(30), GROUP, readNew('a', 30), ['XCLAIM', 's', 'g', 'a', 0, '25-1', '3-1', 'IDLE', 500_000], ['XAUTOCLAIM', 's', 'g', 'b', 400_000, '0', 'COUNT', 1, 'JUSTID'], ['XAUTOCLAIM', 's', 'g', 'b', 400_000, '0', 'COUNT', 1, 'JUSTID'], ['XAUTOCLAIM', 's', 'g', 'b', 400_000, '11-1', 'COUNT', 1, 'JUSTID'], ['XAUTOCLAIM', 's', 'g', 'b', 400_000, '21-1', 'COUNT', 1, 'JUSTID'],
]);

contract('XSETID', [
  ['XSETID', 's', '1-1'], ['XSETID', 's', 'x'], ...entries(3), ['XSETID', 's', '2-1'], ['XSETID', 's', '3-1'], ['XSETID', 's', '5', 'ENTRIESADDED', 2], ['XSETID', 's', '5', 'ENTRIESADDED', 10, 'MAXDELETEDID', '2-2'], ...INFO, ['XSETID', 's', '5', 'MAXDELETEDID', '6'], ['XSETID', 's', '5', 'MAXDELETEDID', '0'], ['XSETID', 's', '5', 'ENTRIESADDED', -1], ['XSETID', 's', '5', 'ENTRIESADDED', 'x'], ['XSETID', 's', '5', 'ENTRIESADDED'], ['XSETID', 's', '5', 'NOPE', 1], ['XSETID', 's', '-'], ['XADD', 's', '5-0', 'a', 'b'], ['XADD', 's', '5-1', 'a', 'b'], ['XREAD', 'STREAMS', 's', '3-1'],
  ['XDEL', 's', '5-1'], ['XTRIM', 's', 'MAXLEN', 0], ['XSETID', 's', '5-0'], ['XSETID', 's', '5-1', 'ENTRIESADDED', 0], ...INFO, ['XSETID', 's', '0'], ['SET', 'k', 1], ['XSETID', 'k', '1'], ['XSETID', 'k', 'x'], ['XSETID', 's', '5-1', 'entriesadded', '9223372036854775807', 'maxdeletedid', '5-1'], ...INFO,
]);

contract('XINFO', [
  ['XINFO', 'STREAM', 'none'], ['XINFO', 'GROUPS', 'none'], ['XINFO', 'CONSUMERS', 'none', 'g'], ...entries(15), ['XINFO', 'STREAM', 's'], ['XINFO', 'STREAM', 's', 'FULL'], ['XINFO', 'STREAM', 's', 'full', 'count', 3], ['XINFO', 'STREAM', 's', 'FULL', 'COUNT', 0], ['XINFO', 'STREAM', 's', 'FULL', 'COUNT', -1], GROUP, ['XGROUP', 'CREATE', 's', 'f', '4-1'], ['XINFO', 'GROUPS', 's'], ['XINFO', 'CONSUMERS', 's', 'g'], ['XINFO', 'CONSUMERS', 's', 'none'], ['XINFO', 'STREAM', 's', 'FULL'],
  ['XINFO', 'STREAM', 's', 'NOPE'], ['XINFO', 'STREAM', 's', 'FULL', 'COUNT'], ['XINFO', 'STREAM', 's', 'FULL', 'COUNT', 'x'], ['XINFO', 'STREAM', 's', 'FULL', 'NOPE', 1], ['XINFO', 'STREAM', 's', 'FULL', 'COUNT', 1, 2], ['XINFO', 'STREAM', 'none', 'NOPE'], ['XINFO', 'STREAM', 'none', 'FULL', 'COUNT', 'x'], ['XINFO', 'stream', 's', 'NOPE'], ['XINFO'], ['XINFO', 'NOPE', 's'], ['XINFO', 'GROUPS'], ['XINFO', 'CONSUMERS', 's'], ['SET', 'k', 1], ['XINFO', 'STREAM', 'k'], ['XINFO', 'STREAM', 'k', 'FULL'], ['XINFO', 'GROUPS', 'k'], ['XINFO', 'CONSUMERS', 'k', 'g'],
  ['XGROUP', 'HELP', 'x'], ['XINFO', 'HELP', 'x'], ['OBJECT', 'ENCODING', 's'], ['TYPE', 's'], ['SCAN', 0, 'TYPE', 'stream'],
]);

contract('COPY and RENAME keep groups and counters', [
  ...entries(5), GROUP, readNew('a', 2), ['XDEL', 's', '3-1'], ['COPY', 's', 't'], ['XACK', 's', 'g', '1-1'], ['XDEL', 's', '4-1'], ['XADD', 's', '9', 'a', 'b'], ['XINFO', 'STREAM', 't'], ['XINFO', 'GROUPS', 't'], ['XPENDING', 't', 'g'], ['XREADGROUP', 'GROUP', 'g', 'a', 'STREAMS', 't', '0'], ['XADD', 't', '6', 'a', 'b'], ['XRANGE', 't', '-', '+'], ...INFO, ALL, ['RENAME', 't', 'u'], ['XINFO', 'GROUPS', 'u'], ['XPENDING', 'u', 'g'],
]);

contract('a blocked XREADGROUP is served, and told when stream or group go', [
  GROUP, ['XGROUP', 'CREATE', 's', 'g', '0', 'MKSTREAM'], ['XGROUP', 'CREATE', 't', 'g', '0', 'MKSTREAM'],
  { run: ['XREADGROUP', 'GROUP', 'g', 'a', 'BLOCK', 0, 'STREAMS', 's', 't', '>', '>'], as: 'first', blocks: true }, { run: ['XREADGROUP', 'GROUP', 'g', 'b', 'BLOCK', 0, 'COUNT', 1, 'NOACK', 'STREAMS', 't', 's', '>', '>'], as: 'second', blocks: true }, { run: ['XREAD', 'BLOCK', 0, 'STREAMS', 's', '$'], as: 'reader', blocks: true },
  ['MULTI'], ['XADD', 's', '1-1', 'a', 'b'], ['XADD', 's', '2-1', 'a', 'b'], ['EXEC'], { read: 'first' }, { read: 'reader' }, ['XPENDING', 's', 'g'], ['XADD', 's', '3-1', 'a', 'b'], { read: 'second' }, ['XPENDING', 's', 'g'], ['XINFO', 'GROUPS', 's'],
  { run: ['XREADGROUP', 'GROUP', 'g', 'a', 'BLOCK', 0, 'STREAMS', 's', '>'], as: 'first', blocks: true }, { run: ['XREAD', 'BLOCK', 0, 'STREAMS', 's', '$'], as: 'reader', blocks: true }, ['XGROUP', 'DESTROY', 's', 'none'], ['XACK', 's', 'g', '1-1'], ['XGROUP', 'DESTROY', 's', 'g'], { read: 'first' },
  GROUP, { run: readNew('a', 10), compare: 'ignore' }, { run: ['XREADGROUP', 'GROUP', 'g', 'a', 'BLOCK', 0, 'STREAMS', 's', '>'], as: 'first', blocks: true }, { run: ['XREADGROUP', 'GROUP', 'g', 'b', 'BLOCK', 0, 'STREAMS', 't', 's', '>', '>'], as: 'second', blocks: true }, ['DEL', 's'], { read: 'first' }, { read: 'second' }, ['XADD', 's', '4-1', 'a', 'b'], { read: 'reader' },
], { wireOnly: 'several connections' });

const waiting: Step = { run: ['XREADGROUP', 'GROUP', 'g', 'a', 'BLOCK', 0, 'STREAMS', 's', '>'], as: 'waiter', blocks: true };
const MAKE: Words = ['XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM'];
contract('a blocked XREADGROUP is told whatever makes its stream disappear', [
  ...([[['SET', 's', 'x']], [['RENAME', 's', 'other']], [['MOVE', 's', 3]], [['FLUSHDB']], [['FLUSHALL']], [['SWAPDB', 0, 2]], [['PEXPIRE', 's', 1]], [['PEXPIREAT', 's', 1]], [['XADD', 'o', '1-1', 'a', 'b'], ['RENAME', 'o', 's']], [['MULTI'], ['DEL', 's'], ['XADD', 's', '7-7', 'a', 'b'], ['EXEC']], [['MULTI'], ['XADD', 's', '7-7', 'a', 'b'], ['XDEL', 's', '7-7'], ['EXEC']]] satisfies Words[][]).flatMap((change): Step[] => [
    ['DEL', 's', 'o'], MAKE, waiting, ...change, { read: 'waiter' }, ['FLUSHALL'],
  ]),
], { wireOnly: 'several connections' });

contract('what wakes nobody', [
  MAKE, waiting, { run: ['XREAD', 'BLOCK', 0, 'STREAMS', 's', '$'], as: 'reader', blocks: true }, ['XSETID', 's', '5-5'], ['XGROUP', 'CREATE', 's', 'h', '$'], ['XGROUP', 'CREATECONSUMER', 's', 'g', 'c'], ['XGROUP', 'DELCONSUMER', 's', 'g', 'c'], ['XGROUP', 'SETID', 's', 'g', '0'], ['EXPIRE', 's', 1000], ['XADD', 's', '9-9', 'a', 'b'], { read: 'reader' }, { read: 'waiter' }, ['XINFO', 'GROUPS', 's'],
], { wireOnly: 'several connections' });

contract('WATCH sees entries, not groups', [
  ...entries(4), GROUP, readNew('c', 2),
  ...([['XADD', 's', 'NOMKSTREAM', '5-1', 'a', 'b'], ['XTRIM', 's', 'MAXLEN', 100], ['XTRIM', 's', 'MAXLEN', 4], ['XDEL', 's', '9-9'], ['XDEL', 's', '2-1'], ['XSETID', 's', '6-6'], ['XGROUP', 'CREATE', 's', 'h', '0'], ['XGROUP', 'SETID', 's', 'g', '1'], ['XGROUP', 'CREATECONSUMER', 's', 'g', 'x'], ['XGROUP', 'DELCONSUMER', 's', 'g', 'x'], ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '>'], ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '0'], ['XACK', 's', 'g', '3-1'], ['XCLAIM', 's', 'g', 'd', 0, '4-1'], ['XAUTOCLAIM', 's', 'g', 'e', 0, '0'], ['XGROUP', 'DESTROY', 's', 'h'], ['XGROUP', 'CREATE', 'n', 'g', '0', 'MKSTREAM']] satisfies Words[])
    .flatMap((words): Words[] => [['WATCH', 's', 'n'], words, ['MULTI'], ['PING'], ['EXEC']]),
]);

contract('events', [
  ['CONFIG', 'SET', 'notify-keyspace-events', 'KEAmn'], { run: ['PSUBSCRIBE', '__keyevent@0__:*'], as: 'events' },
  ['XADD', 'none', 'NOMKSTREAM', '1-1', 'a', 'b'], ...entries(5), ['XADD', 's', 'MAXLEN', 4, '6-1', 'a', 'b'], ['XADD', 's', 'MAXLEN', 9, '7-1', 'a', 'b'], ['XTRIM', 's', 'MAXLEN', 9], ['XTRIM', 's', 'MAXLEN', 4], ['XDEL', 's', '9'], ['XDEL', 's', '7-1'], ['XSETID', 's', '8'], ['XRANGE', 'none', '-', '+'], ['XLEN', 'none'], ['XREAD', 'STREAMS', 'none', 's', '0', '5'], ['XREAD', 'STREAMS', 'none', '$'], ['XDEL', 'none', '1'],
  GROUP, ['XGROUP', 'CREATE', 'm', 'g', '0', 'MKSTREAM'], ['XGROUP', 'SETID', 's', 'g', '0'], ['XGROUP', 'CREATECONSUMER', 's', 'g', 'c'], ['XGROUP', 'CREATECONSUMER', 's', 'g', 'c'], ['XGROUP', 'DELCONSUMER', 's', 'g', 'c'], ['XGROUP', 'DELCONSUMER', 's', 'g', 'c'], readNew('a', 1), readNew('a', 1), ['XREADGROUP', 'GROUP', 'g', 'b', 'STREAMS', 's', '0'], ['XREADGROUP', 'GROUP', 'g', 'b', 'STREAMS', 'none', '0'], ['XACK', 's', 'g', '4-1'], ['XACK', 'none', 'g', '4-1'], ['XCLAIM', 's', 'g', 'd', 0, '5-1'], ['XCLAIM', 'none', 'g', 'd', 0, '5-1'], ['XAUTOCLAIM', 's', 'g', 'e', 0, '0'], ['XAUTOCLAIM', 'none', 'g', 'e', 0, '0'], ['XPENDING', 'none', 'g'], ['XINFO', 'STREAM', 'none'], ['XINFO', 'GROUPS', 'none'], ['XINFO', 'CONSUMERS', 'none', 'g'], ['XGROUP', 'DESTROY', 's', 'g'], ['XGROUP', 'DESTROY', 's', 'g'],
  ['XTRIM', 's', 'MAXLEN', 0], ['XDEL', 's', '1'], ['DEL', 's'], ['CONFIG', 'SET', 'notify-keyspace-events', ''], ['PING'],
], { wireOnly: 'several connections' });

contract('COMMAND GETKEYS', [
  ['XREAD', 'STREAMS', 'a', 'b', '0', '0'], ['XREAD', 'COUNT', 2, 'BLOCK', 5, 'streams', 'a', '$'], ['XREAD', 'STREAMS', 'STREAMS', '0'], ['XREAD', 'COUNT', 'streams', 'STREAMS', 'a', '0'], ['XREAD', 'COUNT', 1, 'a'], ['XREAD', 'STREAMS', 'a', 'b', '0'], ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'a', '>'], ['XREADGROUP', 'GROUP', 'streams', 'STREAMS', 'COUNT', 1, 'STREAMS', 'a', 'b', '>', '>'],
  ['XADD', 'a', '*', 'f', 'v'], ['XGROUP', 'CREATE', 'a', 'g', '0'], ['XINFO', 'STREAM', 'a'], ['XCLAIM', 'a', 'g', 'c', 0, '1-1'], ['XPENDING', 'a', 'g'], ['XTRIM', 'a', 'MAXLEN', 1],
].map((words): Step => ['COMMAND', 'GETKEYS', ...words]));

contract('COMMAND INFO', STREAM_COMMANDS.map(({ name }): Step => ({ run: ['COMMAND', 'INFO', name], compare: 'sorted' })));

/** Streams that make use of everything their encoding has. */
const STREAMS: Readonly<Record<string, readonly Words[]>> = {
  'an empty one': [['XGROUP', 'CREATE', 's', 'g', '5-5', 'MKSTREAM']],
  'one whose entries are gone': [['XADD', 's', '5-5', 'a', 'b'], ['XDEL', 's', '5-5']],
  'fields of every kind': [['XADD', 's', '1-1', 'f', '', 'n', '-5', 'big', 'x'.repeat(5000), 'medium', 'y'.repeat(100)], ['XADD', 's', '1-2', 'f', '\0\xff', 'n', '70000', 'big', '9007199254740993', 'medium', '-9223372036854775808'], ['XADD', 's', '1-3', 'other', '1', 'other', '2'], ['XADD', 's', '2-0', '300', '4095'], ['XADD', 's', '3-0', 'f', '-4096', 'n', '8388607', 'big', '2147483648', 'medium', 'z'.repeat(20_000)]],
  'ids at the ends of 64 bits': [['XADD', 's', '0-9', 'a', 'b'], ['XADD', 's', '1-0', 'a', 'b'], ['XADD', 's', '9007199254740993-3', 'a', 'b'], ['XADD', 's', `${MAX}-0`, 'a', 'b'], ['XADD', 's', `${MAX}-${MAX}`, 'a', 'b'], ['XGROUP', 'CREATE', 's', 'g', '9007199254740993-9007199254740993', 'ENTRIESREAD', '9223372036854775807']],
  'several nodes, some entries deleted': [...entries(250) as Words[], ['XDEL', 's', '3-1', '100-1', '101-1', '250-1'], ['XTRIM', 's', 'MAXLEN', 200]],
  'groups and pending entries': [...entries(20) as Words[], GROUP, ['XGROUP', 'CREATE', 's', '', '7-1'], ['XGROUP', 'SETID', 's', '', '7-1', 'ENTRIESREAD', 7], readNew('a', 5), readNew('b', 3), readNew('b', 1, 'NOACK'), ['XCLAIM', 's', 'g', '12', 0, '3-1', '6-1', 'RETRYCOUNT', 200, 'TIME', 12345], ['XACK', 's', 'g', '2-1'], ['XGROUP', 'CREATECONSUMER', 's', 'g', 'idle'], ['XDEL', 's', '4-1']],
};
/** What must be the same after the way through a dump; the last command shows where the nodes end. */
const AFTERWARDS: Words[] = [['XINFO', 'STREAM', 's', 'FULL', 'COUNT', 0], ['XINFO', 'GROUPS', 's'], ['XREADGROUP', 'GROUP', 'g', 'a', 'COUNT', 3, 'STREAMS', 's', '>'], ['XTRIM', 's', 'MAXLEN', '~', 50], ['XINFO', 'STREAM', 's']];

describe('a DUMP of one server restores on the other', () => {
  for (const [what, fill] of Object.entries(STREAMS)) {
    it(what, async () => {
      const clients = [await RespClient.open(servers().real.port, 2), await RespClient.open(servers().listener.port ?? 0, 2)] as const;
      const run = async (client: RespClient, lines: readonly Words[]) => {
        const replies = [];
        for (const line of lines) replies.push(await client.command(...line.map(String)));
        return replies;
      };
      try {
        await run(clients[0], [['CONFIG', 'SET', 'sanitize-dump-payload', 'yes']]);
        for (const [from, to] of [clients, [clients[1], clients[0]]] as const) {
          await run(from, [['FLUSHALL'], ...fill]);
          const [dump] = await run(from, [['DUMP', 's']]);
          if (typeof dump?.value !== 'string') throw new Error('DUMP answered no string');
          const restored = await run(to, [['FLUSHALL'], ['RESTORE', 's', 0, dump.value]]);
          expect(restored[1]).toEqual({ type: '+', value: 'OK' });
          // Both begin from the dump: it does not tell which of the deleted entries a node still carries.
          await run(from, [['RESTORE', 's', 0, dump.value, 'REPLACE']]);
          expect(await run(to, AFTERWARDS)).toEqual(await run(from, AFTERWARDS));
        }
      } finally {
        for (const client of clients) client.close();
      }
    });
  }
});
