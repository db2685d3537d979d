import { STREAM_COMMANDS } from '../../src/engine/commands/stream';
import { contract, useServers, type Step, type Words } from './harness';

useServers();

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

contract('COMMAND INFO', STREAM_COMMANDS.map(({ name }): Step => ({ run: ['COMMAND', 'INFO', name], compare: 'sorted' })));
