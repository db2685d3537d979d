import { contract, useServers, type Step } from './harness';

useServers();

const CONNECTION = 'users belong to connections, which ioredis manages';

const describeBob: Step[] = [
  ['ACL', 'GETUSER', 'bob'],
  ['ACL', 'LIST'],
];
// Of several single commands each Redis process has an order of its own: no case may come to more than one.
const rules = (...words: string[]): Step[] => [['ACL', 'SETUSER', 'bob', ...words], ...describeBob];
const clean: Step[] = [
  ['ACL', 'DELUSER', 'bob'],
  ['ACL', 'LOG', 'RESET'],
];

contract('ACL users and rules', [
  ['ACL', 'WHOAMI'],
  ['ACL', 'USERS'],
  ['ACL', 'LIST'],
  ['ACL', 'GETUSER', 'default'],
  ['ACL', 'GETUSER', 'nobody'],
  ...rules(),
  ...rules('on', '>pw', '~foo:*', '&chan:*', '+@all', '-@dangerous', '+config|get', '-debug'),
  ...rules('-config|get', 'resetkeys', '%R~r:*', '%W~w:*', '%RW~rw:*'),
  ...rules('(+get', '~sel:*)'),
  ...rules('(+get ~sel:* &*)', '(-@all)'),
  ...rules('clearselectors', 'nopass'),
  ...rules('resetpass', 'allchannels'),
  ...rules('reset'),
  ...rules('+@all', '-@write', '-get'),
  ...rules('nocommands', '+client', '-client|kill'),
  ...rules('nocommands', '+select|0'),
  ...rules('nocommands', '+@hash', '+get', '+@string'),
  ...rules('nocommands', '+@geo', '+@hash', '-@geo'),
  ...rules('+@all', '-@hash', '+hget', '-get', '+get'),
  ...rules('nocommands', '+select|0', '+select'),
  ...rules('', 'off', ''),
  ...rules('skip-sanitize-payload'),
  ...rules('reset', '%R', '%rw~x'),
  ...rules('reset', '%RR~x'),
  ...rules('reset', '%~x'),
  ...rules('reset', '~a b'),
  ...rules('reset', '&a\tb'),
  ...rules('~*', '~a b'),
  ...rules('reset', `(~'a' +get)`),
  ...rules('reset', '(~"a\\x41" +get)'),
  ...rules('reset', `(~'a)`),
  ...rules('reset', '(~a\t+get)'),
  ...rules('reset', '(+get ~c', '~b'),
  ...rules('reset', '+config|'),
  ...rules('reset', '+nosuch|'),
  ...rules('reset', '+get|A', '+get|a', '+GET|B'),
  ...clean,
]);

contract('ACL SETUSER refuses wrong rules and then changes nothing', [
  ['ACL', 'SETUSER', 'bob'],
  ...['foo', '+foo', '+@foo', '+config|foo', '-select|0', '<nopw', '#abc', '!abc', '(foo)', '(+get', '%Z~x', 'x>y'].map(
    (rule) => ['ACL', 'SETUSER', 'bob', 'on', rule],
  ),
  ['ACL', 'SETUSER', 'bob', 'allkeys', '~x'],
  ['ACL', 'SETUSER', 'bob', 'allchannels', '&x'],
  ['ACL', 'SETUSER', 'a b'],
  ...describeBob,
  ...clean,
]);

contract('ACL CAT answers containers beside their subcommands', [
  ...['slow', 'connection', 'admin', 'dangerous', 'pubsub', 'stream', 'scripting', 'keyspace'].map((category) => ({
    run: ['ACL', 'CAT', category],
    compare: 'sorted' as const,
  })),
]);

contract('ACL CAT, GENPASS, DELUSER, SAVE and LOAD', [
  { run: ['ACL', 'CAT'], compare: 'sorted' },
  ['ACL', 'CAT', 'nope'],
  { run: ['ACL', 'CAT', 'transaction'], compare: 'sorted' },
  { run: ['ACL', 'GENPASS'], compare: 'shape' },
  ['ACL', 'GENPASS', 0],
  ['ACL', 'GENPASS', 5000],
  ['ACL', 'GENPASS', 'a'],
  ['ACL', 'DELUSER', 'default'],
  ['ACL', 'DELUSER', 'nobody'],
  ['ACL', 'SAVE'],
  ['ACL', 'LOAD'],
  ['ACL', 'nope'],
  ['ACL', 'GETUSER'],
  ['ACL', 'LOG', 'a'],
  ['ACL', 'LOG', -1],
  ['ACL', 'LOG', 1, 2],
  ['ACL', 'LOG', 'RESET', 'now'],
  ['ACL', 'GENPASS', 8, 8],
]);

contract('ACL DRYRUN', [
  ['ACL', 'SETUSER', 'bob', '~k:*', '%R~r:*', '%W~w:*', '&c:*', '+@all', '-@dangerous'],
  ...[
    ['GET', 'k:1'],
    ['GET', 'x'],
    ['SET', 'r:1', '1'],
    ['SET', 'w:1', '1'],
    ['SET', 'w:1', '1', 'GET'],
    ['COPY', 'r:1', 'w:1'],
    ['COPY', 'w:1', 'r:1'],
    ['FLUSHALL'],
    ['PUBLISH', 'd', 'm'],
    ['PUBLISH', 'c:1', 'm'],
    ['PSUBSCRIBE', 'c:*'],
    ['PSUBSCRIBE', 'c:1'],
    ['SUBSCRIBE', 'c:1', 'd'],
    ['MGET', 'k:1', 'x'],
    ['GET'],
    ['nope'],
    ['EVAL', 'return 1', '1', 'x'],
    ['ZUNIONSTORE', 'w:1', '2', 'r:1', 'x'],
    ['OBJECT', 'ENCODING', 'x'],
  ].map((line) => ['ACL', 'DRYRUN', 'bob', ...line]),
  ['ACL', 'DRYRUN', 'nobody', 'GET', 'x'],
  ...clean,
]);

contract(
  'what a user may not do is refused, everywhere',
  [
    [
      'ACL',
      'SETUSER',
      'bob',
      'on',
      '>pw',
      '~k:*',
      '%R~r:*',
      '%W~w:*',
      '&c:*',
      '+@all',
      '-@dangerous',
      '-config',
      '+config|get',
      '(+get',
      '~sel)',
    ],
    ...[
      ['AUTH', 'bob', 'wrong'],
      ['AUTH', 'bob', 'pw'],
      ['ACL', 'WHOAMI'],
      ['GET', 'k:1'],
      ['GET', 'x'],
      ['GET', 'sel'],
      ['SET', 'sel', 1],
      ['SET', 'r:1', 1],
      ['SET', 'w:1', 1],
      ['GET', 'w:1'],
      ['FLUSHALL'],
      ['CONFIG', 'GET', 'hz'],
      ['CONFIG', 'SET', 'hz', 10],
      ['PUBLISH', 'c:1', 'm'],
      ['PUBLISH', 'd', 'm'],
      ['MGET', 'k:1', 'x'],
      ['SCAN', 0, 'MATCH', 'nope'],
      ['EVAL', "return redis.pcall('get','x').err", 0],
      ['EVAL', "return redis.pcall('flushall').err", 0],
      ['EVAL', "return redis.pcall('publish','d','m').err", 0],
      ['MULTI'],
      ['GET', 'k:1'],
      ['GET', 'x'],
      ['EXEC'],
      ['MULTI'],
      ['GET', 'k:1'],
      ['SET', 'k:1', 1],
    ].map((run): Step => ({ run, as: 'bob' })),
    ['ACL', 'SETUSER', 'bob', '-get'],
    { run: ['EXEC'], as: 'bob' },
    ['ACL', 'DELUSER', 'bob'],
    { run: ['PING'], as: 'bob' },
    ...clean,
  ],
  { wireOnly: CONNECTION },
);

contract(
  'requirepass is the password of the default user',
  [
    ['CONFIG', 'SET', 'requirepass', 'secret'],
    ['ACL', 'GETUSER', 'default'],
    { run: ['AUTH', 'secret'], as: 'main' },
    ['AUTH', 'wrong'],
    ['AUTH', 'default', 'secret'],
    ['CONFIG', 'SET', 'requirepass', ''],
    ['ACL', 'GETUSER', 'default'],
    ['AUTH', 'secret'],
    ['AUTH', 'default', 'anything'],
  ],
  { wireOnly: CONNECTION },
);

contract(
  'ACL rules about keys that depend on arguments',
  [
    ['ACL', 'SETUSER', 'reader', 'on', 'nopass', '%R~*', '+@all'],
    ['ACL', 'DRYRUN', 'reader', 'BITFIELD', 'a', 'GET', 'u4', 0],
    ['ACL', 'DRYRUN', 'reader', 'BITFIELD', 'a', 'GET', 'u4', 0, 'SET', 'u4', 0, 1],
    ['ACL', 'DRYRUN', 'reader', 'BITFIELD', 'a', 'OVERFLOW', 'SAT', 'GET', 'u4', 0],
    ['ACL', 'DRYRUN', 'reader', 'BITFIELD', 'a', 'nope'],
    ['ACL', 'SETUSER', 'sorter', 'on', 'nopass', '(+sort ~l)'],
    ['RPUSH', 'l', 1, 2],
    { run: ['AUTH', 'sorter', 'x'], as: 'sorter' },
    { run: ['SORT', 'l', 'BY', 'w*'], as: 'sorter' },
    { run: ['SORT', 'l', 'BY', 'nosort'], as: 'sorter' },
    { run: ['SORT', 'l', 'GET', '#'], as: 'sorter' },
    { run: ['SORT', 'l', 'LIMIT', 'x', 1, 'GET', '#'], as: 'sorter' },
    ['ACL', 'SETUSER', 'sorter', '(+sort %R~*)'],
    { run: ['SORT', 'l', 'BY', 'w*', 'GET', '#'], as: 'sorter' },
    ['ACL', 'DELUSER', 'sorter', 'reader'],
    ['ACL', 'SETUSER', 'u', '+config|get|a'],
    ['ACL', 'SETUSER', 'u', '-config|get|a'],
    ['ACL', 'SETUSER', 'u', '+get|a|b'],
    ['ACL', 'SETUSER', 'u', '+get|'],
    ['ACL', 'CAT', 'read', 'write'],
  ],
  { wireOnly: 'it needs several connections' },
);

contract(
  'a subscriber that takes a permission from itself is answered, then hung up on',
  [
    ['ACL', 'SETUSER', 'listener', 'on', 'nopass', '+@all', 'resetchannels', '&foo:1'],
    { run: ['AUTH', 'listener', 'x'], as: 'listener' },
    { run: ['SUBSCRIBE', 'foo:1'], as: 'listener' },
    { run: ['ACL', 'SETUSER', 'listener', 'resetchannels'], as: 'listener' },
    { read: 'listener' },
    ['ACL', 'DELUSER', 'listener'],
  ],
  { wireOnly: CONNECTION, protocols: [3], versions: ['8.0'] }, // redis-server 7.0.15 ends
);

contract('keys of a MIGRATE with a key and KEYS, which it refuses', [
  ['ACL', 'SETUSER', 'some', 'reset', '+@all', '~x'],
  ...[
    ['y', 0, 10],
    ['y', 0, 10, 'KEYS', 'a', 'b'],
    ['y', 0, 10, 'COPY', 'keys', 'a'],
    ['y', 0, 10, 'AUTH', 'keys'],
    ['y', 0, 10, 'AUTH', 'keys', 'KEYS', 'a'],
    ['y', 0, 10, 'nope', 'KEYS', 'a'],
    ['x', 0, 10, 'KEYS'],
    ['', 0, 10],
    ['', 0, 10, 'KEYS'],
    ['', 0, 10, 'KEYS', 'x', 'a'],
    ['', 0, 10, 'KEYS', 'KEYS', 'x'],
    ['', 0, 10, 'AUTH2', 'keys'],
    ['', 0, 10, 'AUTH2', 'keys', 'keys', 'KEYS', 'x'],
  ].flatMap((words) => {
    const line = ['MIGRATE', 'nowhere', 1, ...words];
    return [
      ['COMMAND', 'GETKEYS', ...line],
      ['COMMAND', 'GETKEYSANDFLAGS', ...line],
      ['ACL', 'DRYRUN', 'some', ...line],
    ];
  }),
  ['ACL', 'DELUSER', 'some'],
]);

contract('ACL DRYRUN finds the keys of every form of arguments', [
  ['ACL', 'SETUSER', 'some', '+@all', '%R~read*', '%W~write*', '%RW~rw*'],
  ...[
    ['GEORADIUS', 'read', 1, 1, 1, 'M'],
    ['GEORADIUS', 'write', 1, 1, 1, 'M'],
    ['GEORADIUS', 'read', 1, 1, 1, 'M', 'STOREDIST', 'write'],
    ['GEORADIUS', 'read', 1, 1, 1, 'M', 'STOREDIST', 'read2'],
    ['GEORADIUS', 'read', 1, 1, 1, 'M', 'STORE', 'read2'],
    ['GEORADIUSBYMEMBER', 'write', 'm', 1, 'M'],
    ['XREAD', 'STREAMS', 'read', 'write', 1, 1],
    ['XREAD', 'COUNT', 1],
    ['SORT', 'read', 'STORE', 'write'],
    ['SORT', 'write', 'STORE', 'write'],
    ['SORT', 'read', 'STORE', 'read'],
    ['EVAL', '', 1, 'read'],
    ['EVAL', '', 1, 'rw'],
    ['EVAL', '', 3, 'rw', 'read'],
    ['EVAL_RO', '', 1, 'read'],
    ['ZUNIONSTORE', 'write', 2, 'read', 'write'],
    ['MIGRATE', 'h', 1, '', 0, 1, 'AUTH2', 'KEYS', 'KEYS', 'KEYS', 'rw'],
    ['MIGRATE', 'h', 1, '', 0, 1, 'KEYS', 'read'],
    ['SET', 'write', 1],
    ['SET', 'write', 1, 'GET'],
    ['GET', 'write'],
    ['COPY', 'read', 'write'],
    ['LMOVE', 'read', 'write', 'LEFT', 'LEFT'],
    ['OBJECT', 'ENCODING', 'write'],
    ['EXISTS', 'write'],
    ['PFMERGE', 'write', 'read'],
  ].map((line) => ['ACL', 'DRYRUN', 'some', ...line] as const),
  ['ACL', 'DELUSER', 'some'],
]);

contract('ACL users may have names beyond ASCII', [
  ['ACL', 'SETUSER', 'à', 'on'],
  ['ACL', 'USERS'],
  ['ACL', 'SETUSER', 'a\x0bb', 'on'],
  ['ACL', 'DELUSER', 'à'],
]);

contract(
  'listeners stay as long as any selector allows each of their channels',
  [
    ['ACL', 'SETUSER', 'bob', 'on', 'nopass', '+@all', '~*', '&a', '(&b +@all)'],
    { run: ['AUTH', 'bob', 'x'], as: 'bob' },
    { run: ['SUBSCRIBE', 'a'], as: 'bob' },
    { run: ['SUBSCRIBE', 'b'], as: 'bob' },
    ['ACL', 'SETUSER', 'bob', '>pw'],
    { run: ['PING'], as: 'bob' },
    ...clean,
  ],
  { wireOnly: CONNECTION },
);
