import fc from 'fast-check';
import {
  command,
  integer,
  key as anyKey,
  member,
  option,
  options,
  pairs,
  some,
  value,
  type CommandGroup,
} from '../command-group';

/** Mostly two keys of their own: groups, consumers and what they have pending take many commands to build up. */
const key = fc.oneof(
  { weight: 6, arbitrary: fc.constant('s') },
  { weight: 2, arbitrary: fc.constant('t') },
  { weight: 1, arbitrary: anyKey },
);

const MAX = '18446744073709551615';
const small = (min: number, max: number) => fc.integer({ min, max }).map(String);
const oddId = fc.constantFrom(
  '-',
  '+',
  '(1',
  '',
  'x',
  '1-',
  '-1',
  '1-x',
  '1-*',
  '+1',
  ' 2-2',
  '01-1',
  MAX,
  `${MAX}-${MAX}`,
  '18446744073709551616',
  '9007199254740993-1',
  '*-1',
  '$',
  '>',
);

/** Ids close together, so that commands meet the same ones; now and then one at the edge, or none. */
const id = fc.oneof(
  { weight: 10, arbitrary: fc.tuple(small(0, 12), small(0, 2)).map((parts) => parts.join('-')) },
  { weight: 6, arbitrary: small(0, 12) },
  { weight: 1, arbitrary: oddId },
);
/** Never `*`: the two servers would choose different ids. */
const newId = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.tuple(small(1, 40), fc.constantFrom('*', '*', '0', '1', '3')).map((parts) => parts.join('-')),
  },
  { weight: 1, arbitrary: oddId },
);
const bound = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('-', '+') },
  { weight: 5, arbitrary: id },
  { weight: 3, arbitrary: id.map((text) => `(${text}`) },
);
const range = fc.tuple(bound, bound).map((pair) => [...pair]);
const group = fc.oneof(
  { weight: 10, arbitrary: fc.constant('g') },
  { weight: 2, arbitrary: fc.constant('h') },
  { weight: 1, arbitrary: fc.constantFrom('none', '') },
);
const consumer = fc.constantFrom('c', 'd', 'e', '');
const count = fc.oneof({ weight: 6, arbitrary: small(0, 6) }, { weight: 1, arbitrary: integer });
const minIdle = fc.constantFrom('0', '0', '0', '1000000', '-1', 'x');
const threshold = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom('MAXLEN', 'maxlen'), fc.constantFrom([], ['='], ['~']), count)
      .map(([name, mark, length]) => [name, ...mark, length]),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constant('MINID'), fc.constantFrom([], ['='], ['~']), id)
      .map(([name, mark, least]) => [name, ...mark, least]),
  },
);
const trimming = fc.tuple(threshold, options(option('LIMIT', count))).map((parts) => parts.flat());
const readOptions = options(option('COUNT', count), option('BLOCK', fc.constantFrom('1', '1', '-1', 'x')), 'NOACK');
const streams = (after: fc.Arbitrary<string>) =>
  fc
    .array(fc.tuple(key, after), { minLength: 1, maxLength: 3 })
    .map((named) => ['STREAMS', ...named.map(([name]) => name), ...named.map(([, text]) => text)]);

export const streamGroup: CommandGroup = {
  name: 'stream',
  commands: {
    xadd: command(['XADD', key, newId, pairs(member, value)]),
    'xadd (plain)': command(['XADD', key, newId, 'f', value]),
    'xadd (options)': command(['XADD', key, options('NOMKSTREAM', trimming), newId, pairs(member, value)]),
    'xadd (odd)': command(['XADD', key, options(option('LIMIT', count), trimming), newId, some(member, 0, 3)]),
    xtrim: command(['XTRIM', key, trimming]),
    'xtrim (odd)': command(['XTRIM', key, options(option('LIMIT', count), trimming, 'NOPE')]),
    xdel: command(['XDEL', key, some(id, 1, 3)]),
    xlen: command(['XLEN', key]),
    xrange: command(['XRANGE', key, range, options(option('COUNT', count))]),
    xrevrange: command(['XREVRANGE', key, range, options(option('COUNT', count))]),
    xread: command([
      'XREAD',
      readOptions,
      streams(fc.oneof({ weight: 6, arbitrary: id }, { weight: 1, arbitrary: fc.constantFrom('$', '>') })),
    ]),
    'xreadgroup (new)': command(['XREADGROUP', 'GROUP', group, consumer, readOptions, streams(fc.constant('>'))]),
    'xreadgroup (history)': command([
      'XREADGROUP',
      'GROUP',
      group,
      consumer,
      readOptions,
      streams(fc.oneof({ weight: 4, arbitrary: id }, { weight: 1, arbitrary: fc.constant('>') })),
    ]),
    'xgroup create': command([
      'XGROUP',
      'CREATE',
      key,
      group,
      fc.oneof(id, fc.constantFrom('$', '0')),
      options('MKSTREAM', option('ENTRIESREAD', integer)),
    ]),
    'xgroup create (0)': command(['XGROUP', 'CREATE', key, 'g', '0', options('MKSTREAM')]),
    'xgroup create (all)': command(['XGROUP', 'CREATE', key, group, '0-0', 'MKSTREAM']),
    'xreadgroup (one)': command(['XREADGROUP', 'GROUP', 'g', consumer, 'COUNT', small(1, 3), 'STREAMS', key, '>']),
    'xgroup setid': command([
      'XGROUP',
      'SETID',
      key,
      group,
      fc.oneof(id, fc.constantFrom('$', '0')),
      options(option('ENTRIESREAD', integer)),
    ]),
    'xgroup destroy': command(['XGROUP', 'DESTROY', key, group]),
    'xgroup createconsumer': command(['XGROUP', 'CREATECONSUMER', key, group, consumer]),
    'xgroup delconsumer': command(['XGROUP', 'DELCONSUMER', key, group, consumer]),
    xack: command(['XACK', key, group, some(id, 1, 4)]),
    xclaim: command([
      'XCLAIM',
      key,
      group,
      consumer,
      minIdle,
      some(id, 1, 3),
      options(
        'FORCE',
        'JUSTID',
        option('IDLE', integer),
        option('TIME', integer),
        option('RETRYCOUNT', integer),
        option('LASTID', id),
        'NOPE',
      ),
    ]),
    xautoclaim: command([
      'XAUTOCLAIM',
      key,
      group,
      consumer,
      minIdle,
      bound,
      options(option('COUNT', count), 'JUSTID'),
    ]),
    'xpending (summary)': command(['XPENDING', key, group]),
    xpending: command(
      [
        'XPENDING',
        key,
        group,
        options(option('IDLE', fc.constantFrom('0', '1000000', 'x'))),
        range,
        count,
        fc.oneof(
          fc.constant([]),
          consumer.map((name) => [name]),
        ),
      ],
      'shape',
    ),
    'xinfo stream': command(['XINFO', 'STREAM', key]),
    'xinfo stream (full)': command(['XINFO', 'STREAM', key, 'FULL', options(option('COUNT', count))], 'shape'),
    'xinfo groups': command(['XINFO', 'GROUPS', key]),
    'xinfo consumers': command(['XINFO', 'CONSUMERS', key, group], 'shape'),
    xsetid: command([
      'XSETID',
      key,
      fc.oneof(id, small(30, 60)),
      options(option('ENTRIESADDED', integer), option('MAXDELETEDID', id)),
    ]),
    'node limits': command(['CONFIG', 'SET', 'stream-node-max-entries', fc.constantFrom('2', '3', '100', '0')]),
  },
};
