import { HYPERLOGLOG_COMMANDS } from '../../src/engine/commands/hyperloglog';
import { contract, useServers, type Step } from './harness';

useServers();

/** Elements in chunks, with the estimate and the very bytes after each. */
function grow(key: string, total: number, chunk: number): Step[] {
  const steps: Step[] = [];
  for (let from = 0; from < total; from += chunk) {
    steps.push(
      ['PFADD', key, ...Array.from({ length: chunk }, (_, i) => `element:${String(from + i)}`)],
      ['PFCOUNT', key],
      ['GET', key],
    );
  }
  return steps;
}

contract('PFADD and PFCOUNT: the bytes of a growing sparse value', [
  ['PFADD', 'h'],
  ['GET', 'h'],
  ['PFADD', 'h'],
  ['PFCOUNT', 'h'],
  ['GET', 'h'],
  ['PFADD', 'h', 'a'],
  ['PFADD', 'h', 'a'],
  ['GET', 'h'],
  ['PFCOUNT', 'h'],
  ['GET', 'h'],
  ['PFADD', 'h', 'a', 'b', 'c'],
  ['PFADD', 'h', ''],
  ['GET', 'h'],
  ...grow('s', 1000, 10),
]);

contract('the bytes on the way to the dense form and after it', grow('d', 20_000, 500));

contract('elements of every length and byte', [
  ...Array.from({ length: 40 }, (_, length): Step[] => [
    ['PFADD', 'h', '\xff\x00\x80'.repeat(length).slice(0, length)],
    ['GET', 'h'],
  ]).flat(),
  ['PFADD', 'h', 'caf\xc3\xa9', 'x'.repeat(10_000)],
  ['GET', 'h'],
  ['PFCOUNT', 'h'],
]);

contract('the limit between the forms', [
  ['CONFIG', 'SET', 'hll-sparse-max-bytes', 100],
  ...grow('h', 100, 5),
  ['PFDEBUG', 'ENCODING', 'h'],
  ['CONFIG', 'SET', 'hll-sparse-max-bytes', 0],
  ['PFADD', 'z'],
  ['PFDEBUG', 'ENCODING', 'z'],
  ['PFADD', 'z', 'a'],
  ['PFDEBUG', 'ENCODING', 'z'],
  ['CONFIG', 'SET', 'hll-sparse-max-bytes', 3000],
]);

contract('PFMERGE and counting several', [
  ['PFADD', 'a', 'x', 'y', 'z'],
  ['PFADD', 'b', 'y', 'w'],
  ['PFCOUNT', 'a', 'b'],
  ['PFCOUNT', 'a', 'none'],
  ['PFCOUNT', 'none', 'nope'],
  ['PFCOUNT', 'none'],
  ['PFMERGE', 'm', 'a', 'b', 'none'],
  ['GET', 'm'],
  ['PFCOUNT', 'm'],
  ['GET', 'm'],
  ['PFMERGE', 'm'],
  ['GET', 'm'],
  ['PFMERGE', 'n'],
  ['GET', 'n'],
  ['PFMERGE', 'a', 'b'],
  ['GET', 'a'],
  ...grow('d', 4000, 2000),
  ['PFMERGE', 'm', 'd'],
  ['GET', 'm'],
  ['PFCOUNT', 'm', 'd', 'b'],
  ['PFMERGE', 'q', 'a'],
  ['PFDEBUG', 'ENCODING', 'q'],
  ['PFADD', 'd', 'new', 'element:1'],
  ['PFADD', 'd', 'element:1'],
]);

contract('PFDEBUG', [
  ['PFADD', 'h', 'a', 'b', 'c', 'd'],
  ['PFDEBUG', 'DECODE', 'h'],
  ['PFDEBUG', 'encoding', 'h'],
  ['PFDEBUG', 'NOPE', 'h'],
  ['PFDEBUG', 'TODENSE', 'h'],
  ['GET', 'h'],
  ['PFDEBUG', 'TODENSE', 'h'],
  ['PFDEBUG', 'DECODE', 'h'],
  ['PFDEBUG', 'ENCODING', 'h'],
  ['PFADD', 'g', 'a', 'b'],
  ['PFDEBUG', 'GETREG', 'g'],
  ['PFDEBUG', 'ENCODING', 'g'],
  ['PFDEBUG', 'GETREG', 'none'],
  ['PFDEBUG', 'NOPE', 'none'],
  ['PFDEBUG', 'ENCODING'],
  ['SET', 's', 'x'],
  ['PFDEBUG', 'ENCODING', 's'],
]);

const header = (encoding: string, length: number) => `HYLL${encoding}`.padEnd(length, '\0');

contract('values that are none', [
  ['SET', 's', 'x'],
  ['HSET', 'hash', 'f', 1],
  ['SET', 'short', 'HYLL\x01'],
  ['SET', 'what', header('\x02', 20)],
  ['SET', 'thin', header('\x00', 20)],
  ['SET', 'cut', header('\x01', 16)],
  ['SET', 'over', `${header('\x01', 16)}\x7f\xff\x80`],
  ['SET', 'under', `${header('\x01', 15)}\x80\x7f\xfe`],
  ...['s', 'hash', 'short', 'what', 'thin', 'cut', 'over', 'under'].flatMap((key): Step[] => [
    ['PFADD', key, 'a'],
    ['PFADD', key],
    ['PFCOUNT', key],
    ['PFCOUNT', key, 'none'],
    ['PFMERGE', 'm', key],
    ['PFMERGE', key],
    ['PFDEBUG', 'ENCODING', key],
  ]),
  ['SET', 'cached', `${header('\x01', 8)}\x05\0\0\0\0\0\0\0\x7f\xff`],
  ['PFCOUNT', 'cached'],
  ['SETRANGE', 'cached', 15, '\x80'],
  ['PFCOUNT', 'cached'],
  ['GET', 'cached'],
]);

contract(
  'HyperLogLog events and watches',
  [
    ['CONFIG', 'SET', 'notify-keyspace-events', 'KEAn'],
    { run: ['PSUBSCRIBE', '__keyevent@0__:*'], as: 'watcher' },
    ['PFADD', 'h'],
    ['PFADD', 'h'],
    ['PFADD', 'h', 'a'],
    ['PFADD', 'h', 'a'],
    ['PFCOUNT', 'h'],
    ['PFMERGE', 'm', 'h'],
    ['PFMERGE', 'm', 'h'],
    ['PFDEBUG', 'TODENSE', 'm'],
    { run: ['WATCH', 'h'], as: 'other' },
    ['PFADD', 'h', 'a'],
    ['PFCOUNT', 'h'],
    { run: ['MULTI'], as: 'other' },
    { run: ['EXEC'], as: 'other' },
    ['PFADD', 'h', 'b'],
    { run: ['WATCH', 'h'], as: 'other' },
    ['PFCOUNT', 'h'],
    { run: ['MULTI'], as: 'other' },
    { run: ['EXEC'], as: 'other' },
    ['CONFIG', 'SET', 'notify-keyspace-events', ''],
  ],
  { wireOnly: 'several connections' },
);

contract('PFSELFTEST', [['PFSELFTEST'], ['PFSELFTEST', 1]], { protocols: [2] });

contract('COMMAND INFO', [['COMMAND', 'INFO', ...HYPERLOGLOG_COMMANDS.map(({ name }) => name)]]);
