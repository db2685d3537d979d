import { RespClient, textOf, type WireReply } from '../support/resp-client';
import { contract, type Step, useServers } from './harness';

const servers = useServers();

it('CONFIG GET knows every parameter of Redis', async () => {
  const names = async (port: number) => {
    const client = await RespClient.open(port, 2);
    const reply = (await client.command('CONFIG', 'GET', '*'))?.value as readonly WireReply[];
    client.close();
    return reply
      .filter((_, i) => i % 2 === 0)
      .map(textOf)
      .sort();
  };
  expect(await names(servers().listener.port ?? 0)).toEqual(await names(servers().real.port));
});

contract('CONFIG GET', [
  ['CONFIG', 'GET'],
  ['CONFIG', 'GET', 'nope'],
  ['CONFIG', 'GET', 'MaxMemory-Policy'],
  { run: ['CONFIG', 'GET', 'hz', '*-max-listpack-*'], compare: 'sorted' },
  { run: ['CONFIG', 'GET', '*slave*'], compare: 'sorted' },
  ['CONFIG', 'GET', 'slowlog-max-len', 'slowlog-max-*'],
]);

contract('CONFIG SET refuses what is wrong, naming the argument', [
  ['CONFIG', 'SET'],
  ['CONFIG', 'SET', 'nope'],
  ['CONFIG', 'SET', 'nope', 'x'],
  ['CONFIG', 'SET', 'hz', 'x'],
  ['CONFIG', 'SET', 'hz', 10, 'hz', 20],
  ['CONFIG', 'SET', 'hz', 10, 'nope'],
  ['CONFIG', 'SET', 'hz', 10, 'nope', 1],
  ['CONFIG', 'SET', 'databases', 4],
  ['CONFIG', 'SET', 'daemonize', 'yes'],
  ['CONFIG', 'SET', 'maxmemory', 'x'],
  ['CONFIG', 'SET', 'maxmemory', -1],
  ['CONFIG', 'SET', 'maxmemory-policy', 'x'],
  ['CONFIG', 'SET', 'activedefrag', 'maybe'],
  ['CONFIG', 'SET', 'hash-max-listpack-entries', -1],
  ['CONFIG', 'SET', 'hash-max-listpack-entries', 'x'],
  ['CONFIG', 'SET', 'hash-max-listpack-entries', '99999999999999999999'],
  ['CONFIG', 'SET', 'slowlog-log-slower-than', -5],
  ['CONFIG', 'SET', 'maxmemory-samples', 0],
  ['CONFIG', 'SET', 'latency-tracking-info-percentiles', '50 x'],
  ['CONFIG', 'SET', 'latency-tracking-info-percentiles', '200'],
  ['CONFIG', 'SET', 'save', 'x'],
  ['CONFIG', 'SET', 'client-output-buffer-limit', 'normal 0'],
  ['CONFIG', 'SET', 'client-output-buffer-limit', 'x 0 0 0'],
  ['CONFIG', 'SET', 'client-output-buffer-limit', 'normal a 0 0'],
  ['CONFIG', 'SET', 'notify-keyspace-events', 'Q'],
  ['CONFIG', 'SET', 'loglevel', 'x'],
  ['CONFIG', 'SET', 'proto-max-bulk-len', 10],
  ['CONFIG', 'SET', 'dbfilename', 'a/b'],
  ['CONFIG', 'SET', 'oom-score-adj-values', '1 2'],
  ['CONFIG', 'SET', 'MAXMEMORY', 'x'],
  ['CONFIG', 'SET', 'maxmemory-clients', 'x'],
  ['CONFIG', 'REWRITE'],
  ['CONFIG', 'RESETSTAT', 'x'],
  ['CONFIG', 'nope'],
]);

contract('CONFIG SET changes all or nothing', [
  ['CONFIG', 'SET', 'slowlog-max-len', 77, 'hz', 'x'],
  ['CONFIG', 'GET', 'slowlog-max-len'],
  ['CONFIG', 'SET', 'slowlog-max-len', 77, 'set-max-intset-entries', 5],
  ['CONFIG', 'GET', 'slowlog-max-len'],
  ['CONFIG', 'GET', 'set-max-intset-entries'],
  ['CONFIG', 'SET', 'slowlog-max-len', 128, 'set-max-intset-entries', 512],
]);

contract('CONFIG keeps canonical values', [
  ['CONFIG', 'SET', 'save', '900 1 300 10'],
  ['CONFIG', 'GET', 'save'],
  ['CONFIG', 'SET', 'save', ''],
  ['CONFIG', 'GET', 'save'],
  ['CONFIG', 'SET', 'client-output-buffer-limit', 'normal 1mb 2mb 60'],
  ['CONFIG', 'GET', 'client-output-buffer-limit'],
  ['CONFIG', 'SET', 'client-output-buffer-limit', 'normal 0 0 0'],
  ['CONFIG', 'SET', 'proto-max-bulk-len', '1gb'],
  ['CONFIG', 'GET', 'proto-max-bulk-len'],
  ['CONFIG', 'SET', 'proto-max-bulk-len', '512mb'],
  ['CONFIG', 'SET', 'hz', 9999],
  ['CONFIG', 'GET', 'hz'],
  ['CONFIG', 'SET', 'hz', 10],
  ['CONFIG', 'SET', 'hash-max-ziplist-entries', 100],
  ['CONFIG', 'GET', 'hash-max-listpack-entries'],
  ['CONFIG', 'SET', 'hash-max-listpack-entries', 512],
  ['CONFIG', 'SET', 'latency-tracking-info-percentiles', ''],
  ['CONFIG', 'GET', 'latency-tracking-info-percentiles'],
  ['CONFIG', 'SET', 'latency-tracking-info-percentiles', '50 99 99.9'],
  ['CONFIG', 'SET', 'APPENDFSYNC', 'ALWAYS'],
  ['CONFIG', 'GET', 'appendfsync'],
  ['CONFIG', 'SET', 'appendfsync', 'everysec'],
]);

contract('memory values beyond 64 bits, and without digits', [
  ...[
    '9223372036854775807',
    '9223372036854775808',
    '18446744073709551615',
    '18446744073709551616',
    '17179869184gb',
    '17179869185gb',
    `${'0'.repeat(126)}1`,
    `${'0'.repeat(127)}1`,
    '1 ',
    'mb',
    '',
  ].flatMap((size): Step[] => [
    ['CONFIG', 'SET', 'maxmemory', size],
    ['CONFIG', 'GET', 'maxmemory'],
    ['CONFIG', 'SET', 'maxmemory', 0],
    ['CONFIG', 'SET', 'proto-max-bulk-len', size],
    ['DEBUG', 'QUICKLIST-PACKED-THRESHOLD', size],
  ]),
  ...[
    '18446744073709551515',
    '18446744073709551516',
    '9223372036854775808',
    '0%',
    '18446744073709551620%',
    '-5%',
  ].flatMap((share): Step[] => [
    ['CONFIG', 'SET', 'maxmemory-clients', share],
    ['CONFIG', 'GET', 'maxmemory-clients'],
    ['CONFIG', 'SET', 'maxmemory-clients', 0],
  ]),
  ...['', 'normal  0 0 0', 'pubsub mb 18446744073709551616 0'].flatMap((limits): Step[] => [
    ['CONFIG', 'SET', 'client-output-buffer-limit', limits],
    ['CONFIG', 'GET', 'client-output-buffer-limit'],
  ]),
  ['CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 33554432 8388608 60'],
]);

contract('small replies are within every output buffer limit', [
  // A server that is slow, or waits, makes its buffer smaller: of what did not fit, it would count the whole.
  ['DEBUG', 'REPLYBUFFER', 'RESIZING', '0'],
  ['CONFIG', 'SET', 'client-output-buffer-limit', 'normal 1 1 1'],
  ['SET', 'k', 'x'.repeat(16_000)],
  ['GET', 'k'],
  ['CONFIG', 'SET', 'client-output-buffer-limit', 'normal 0 0 0'],
  ['DEBUG', 'REPLYBUFFER', 'RESIZING', '1'],
]);

contract('CONFIG SET of what may only stay as it is, or means nothing here', [
  ['CONFIG', 'SET', 'appendonly', 'no'],
  ['CONFIG', 'SET', 'appendonly', 'NO'],
  ['CONFIG', 'SET', 'appendonly', 'maybe'],
  ['CONFIG', 'SET', 'loglevel', 'debug', 'appendonly', 'maybe'],
  ['CONFIG', 'GET', 'appendonly'],
  ['CONFIG', 'GET', 'loglevel'],
  ['CONFIG', 'SET', 'maxmemory-clients', '101%'],
  ['CONFIG', 'SET', 'maxmemory-clients', '005%'],
  ...['1 2', '1 a 3', '0 200 5000', '-2001 0 1', '010 -20 30', '0 200 800'].flatMap((scores): Step[] => [
    ['CONFIG', 'SET', 'oom-score-adj-values', scores],
    ['CONFIG', 'GET', 'oom-score-adj-values'],
  ]),
  ...[
    '',
    '{',
    '{foo}',
    '{title} {x',
    '{title}',
    '{{}',
    '{port} {{{unixsocket}',
    '{title} {listen-addr} {server-mode}',
  ].map((template) => ['CONFIG', 'SET', 'proc-title-template', template]),
  ...[' 60 1', '60  1', '60 x', '0 1', '60 1 3600 100', ''].flatMap((save): Step[] => [
    ['CONFIG', 'SET', 'save', save],
    ['CONFIG', 'GET', 'save'],
  ]),
  ['CONFIG', 'SET', 'shutdown-on-sigterm', 'now save'],
  ['CONFIG', 'GET', 'shutdown-on-sigterm'],
  ['CONFIG', 'SET', 'shutdown-on-sigterm', 'nosave save'],
  ['CONFIG', 'SET', 'shutdown-on-sigterm', 'sometimes'],
  ['CONFIG', 'SET', 'shutdown-on-sigterm', 'default'],
  ['CONFIG', 'GET', 'key-load-delay'],
  ['CONFIG', 'GET', 'key-load*'],
  ['CONFIG', 'GET', 'maxmemory'],
]);

contract('min-replicas-to-write refuses writes, there being no replicas', [
  ['CONFIG', 'SET', 'min-replicas-to-write', 1],
  ['SET', 'a', 1],
  ['GET', 'a'],
  ['EVAL', "return redis.call('set', 'a', 1)", 0],
  ['EVAL', "#!lua\nreturn redis.call('get', 'a')", 0],
  ['EVAL', "#!lua flags=no-writes\nreturn redis.call('get', 'a')", 0],
  ['CONFIG', 'SET', 'min-replicas-to-write', 0],
]);

contract('CONFIG SET reports the first of its mistakes', [
  ['CONFIG', 'SET', 'maxmemory', 1, 'daemonize', 'x', 'nosuch', 'y'],
  ['CONFIG', 'SET', 'nosuch', 'y', 'daemonize', 'x'],
  ['CONFIG', 'SET', 'maxmemory', 1, 'maxmemory', 2, 'nosuch', 'y'],
  ['CONFIG', 'SET', 'MAXMEMORY', 1, 'maxMemory', 2],
  ['CONFIG', 'SET', 'DAEMONIZE', 'x'],
  ['CONFIG', 'SET', 'LOGLEVEL', 'x'],
  { run: ['CONFIG', 'GET', 'maxmemory', 'MAXMEMORY', 'maxmemory*y', 'max\\memory'], compare: 'sorted' },
  ['CONFIG', 'SET', 'save', '+1 1'],
  ['CONFIG', 'GET', 'save'],
  ['CONFIG', 'SET', 'save', ''],
  ...['5  6', ' ', 'Infinity', '0x10', '+5', 'nan', '50 99 99.9'].flatMap((text): Step[] => [
    ['CONFIG', 'SET', 'latency-tracking-info-percentiles', text],
    ['CONFIG', 'GET', 'latency-tracking-info-percentiles'],
  ]),
  ['CONFIG', 'SET', 'oom-score-adj-values', '+0 200 800'],
  ['CONFIG', 'SET', 'port', 'x'],
  ...['slowlog-max-len', 'hash-max-listpack-value', 'tracking-table-max-keys', 'cluster-link-sendbuf-limit'].flatMap(
    (name): Step[] => [
      ['CONFIG', 'SET', name, '9223372036854775807'],
      ['CONFIG', 'GET', name],
      ['CONFIG', 'SET', name, '18446744073709551615'],
      ['CONFIG', 'SET', name, '128'],
      ['CONFIG', 'GET', name],
    ],
  ),
  ['CONFIG', 'SET', 'cluster-announce-hostname', 'a b'],
  ['CONFIG', 'SET', 'cluster-announce-hostname', 'a-b.c'],
  ['CONFIG', 'SET', 'cluster-announce-hostname', ''],
]);

contract('CONFIG SET that fails has removed no key', [
  ['SET', 'k', 'v'],
  ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru'],
  ['CONFIG', 'SET', 'maxmemory', 1, 'loglevel', 'x'],
  ['EXISTS', 'k'],
  ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
]);
