import { RespClient, textOf } from '../support/resp-client';
import { contract, useServers } from './harness';

const servers = useServers();

describe('INFO', () => {
  /** Field names in order, those left out that depend on how Redis was compiled, on its modules or on commands that ran. */
  async function fieldsOf(port: number, ...sections: string[]): Promise<string[]> {
    const client = await RespClient.open(port, 2);
    await client.command('SET', 'a', '1');
    const text = textOf(await client.command('INFO', ...sections));
    client.close();
    return text
      .split('\r\n')
      .map((line) => line.replace(/:.*/, ''))
      .filter(
        (line) => !/^(?:cmdstat_|latency_percentiles_|errorstat_|atomicvar_api$|gcc_version$|module$)/.test(line),
      );
  }

  for (const sections of [[], ['everything'], ['all'], ['default', 'commandstats'], ['KEYSPACE', 'cpu'], ['nope']]) {
    it(`has the sections and fields of Redis for '${sections.join(' ')}'`, async () => {
      const { real, listener } = servers();
      expect(await fieldsOf(listener.port ?? 0, ...sections)).toEqual(await fieldsOf(real.port, ...sections));
    });
  }
});

contract('SLOWLOG', [
  ['CONFIG', 'SET', 'slowlog-log-slower-than', -1],
  ['SLOWLOG', 'RESET'],
  ['SLOWLOG', 'LEN'],
  ['SLOWLOG', 'GET'],
  ['SLOWLOG', 'GET', -2],
  ['SLOWLOG', 'GET', 'x'],
  ['SLOWLOG', 'GET', 1, 2],
  ['SLOWLOG', 'nope'],
  ['SLOWLOG', 'GET', -1],
  ['CONFIG', 'SET', 'slowlog-log-slower-than', 10000],
]);

describe('SLOWLOG GET', () => {
  async function wordsOf(port: number): Promise<unknown> {
    const client = await RespClient.open(port, 2);
    await client.command('CONFIG', 'SET', 'slowlog-log-slower-than', '0');
    await client.command('SLOWLOG', 'RESET');
    await client.command('SeT', 'a', 'x'.repeat(200));
    await client.command('RPUSH', 'l', ...Array.from({ length: 40 }, (_, i) => String(i)));
    await client.command('AUTH', 'nobody', 'secret');
    await client.command('CONFIG', 'SET', 'slowlog-log-slower-than', '-1', 'masterauth', 'secret');
    await client.command('EVAL', 'return 1', '0');
    const reply = await client.command('SLOWLOG', 'GET', '-1');
    await client.command('CONFIG', 'SET', 'slowlog-log-slower-than', '10000');
    client.close();
    const entries = reply?.value as unknown as { value: { value: unknown }[] }[];
    return entries.map(({ value }) => value[3]?.value);
  }

  it('shortens long commands and hides secrets as Redis does', async () => {
    const { real, listener } = servers();
    expect(await wordsOf(listener.port ?? 0)).toEqual(await wordsOf(real.port));
  });
});

contract('LATENCY', [
  ['LATENCY', 'RESET'],
  ['LATENCY', 'LATEST'],
  ['LATENCY', 'HISTORY', 'command'],
  ['LATENCY', 'RESET', 'nope'],
  ['LATENCY', 'GRAPH', 'nope'],
  ['LATENCY', 'HISTOGRAM', 'nope'],
  ['LATENCY', 'nope'],
  ['LATENCY', 'HISTORY'],
]);

const SEVERAL = 'it needs several connections';

contract(
  'MONITOR shows commands, and its client may not use keys',
  [
    { run: ['MONITOR'], as: 'watcher' },
    { run: ['GET', 'a'], as: 'watcher' },
    { run: ['RESET'], as: 'watcher' },
    ['MULTI'],
    ['MONITOR'],
    ['EXEC'],
  ],
  { wireOnly: SEVERAL },
);

describe('MONITOR', () => {
  async function shown(port: number): Promise<string[]> {
    const watcher = await RespClient.open(port, 2);
    const client = await RespClient.open(port, 2);
    await watcher.command('MONITOR');
    const lines = [
      ['SeT', 'a', '1'],
      ['GET'],
      ['CONFIG', 'GET', 'hz'],
      ['AUTH', 'x', 'secret'],
      ['HELLO', '2', 'AUTH', 'x', 'secret'],
      ['MULTI'],
      ['GET', 'a'],
      ['INCR', 'a'],
      ['EXEC'],
      ['EVAL', "return redis.call('get','a')", '0'],
      ['SET', 'k', '\0\xff\n\t"\\z\x07'],
      ['SELECT', '3'],
      ['GET', 'a'],
      ['CLIENT', 'SETNAME', 'x'],
      ['PING'],
    ];
    for (const line of lines) await client.command(...line);
    const seen: string[] = [];
    for (let text = ''; !text.endsWith('"PING"'); seen.push(text)) text = textOf(await watcher.next());
    watcher.close();
    client.close();
    return seen.map((line) => line.replace(/^\d+\.\d{6} /, '').replace(/127\.0\.0\.1:\d+/, 'address'));
  }

  it('shows what runs, when it runs, with secrets hidden', async () => {
    const { real, listener } = servers();
    expect(await shown(listener.port ?? 0)).toEqual(await shown(real.port));
  });
});

contract(
  'replication and cluster are refused as a lone master does',
  [
    ['ROLE'],
    ['REPLICAOF', 'NO', 'ONE'],
    ['SLAVEOF', 'no', 'one'],
    ['REPLICAOF', 'a', 'b'],
    ['REPLICAOF', 'a'],
    ['FAILOVER'],
    ['FAILOVER', 'ABORT'],
    ['FAILOVER', 'TO', 'a', 1],
    ['FAILOVER', 'TO', 'a', 'b'],
    ['FAILOVER', 'TO', 'a', 1, 'TO', 'a', 2],
    ['FAILOVER', 'TO', 'a'],
    ['FAILOVER', 'TIMEOUT', 0],
    ['FAILOVER', 'TIMEOUT', 'x'],
    ['FAILOVER', 'FORCE', 'FORCE'],
    ['FAILOVER', 'nope'],
    ['CLUSTER', 'INFO'],
    ['CLUSTER', 'nope'],
    ['CLUSTER'],
    ['CLUSTER', 'HELP'],
    ['CLUSTER', 'KEYSLOT', 'a'],
    ['CLUSTER', 'MEET', 'a'],
    ['READONLY'],
    ['READWRITE'],
    ['ASKING'],
    ['REPLCONF', 'a', 'b'],
    ['REPLCONF'],
    ['REPLCONF', 'listening-port', 1],
    ['MODULE', 'LOAD', 'x'],
    ['MODULE', 'nope'],
    ['SHUTDOWN', 'nope'],
    ['SHUTDOWN', 'ABORT'],
    ['SHUTDOWN', 'NOSAVE', 'SAVE'],
    ['BGSAVE', 'nope'],
  ],
  { wireOnly: 'ioredis turns READONLY and others into states of its own' },
);

contract(
  'there are no modules, and LOLWUT without a version',
  [['MODULE', 'LIST'], ['LOLWUT'], ['LOLWUT', 'x']],
  // A server 8.0 has its vector sets as a module, and a poem that is another each time.
  { versions: ['7.0'], wireOnly: 'what LOLWUT answers is verbatim on the wire' },
);

contract('MEMORY', [
  ['MEMORY', 'USAGE', 'none'],
  ['MEMORY', 'USAGE'],
  ['SET', 'a', 1],
  ['MEMORY', 'USAGE', 'a', 'SAMPLES'],
  ['MEMORY', 'USAGE', 'a', 'SAMPLES', -1],
  ['MEMORY', 'USAGE', 'a', 'nope', 1],
  { run: ['MEMORY', 'USAGE', 'a', 'SAMPLES', 5], compare: 'shape' },
  { run: ['MEMORY', 'STATS'], compare: 'shape' },
  ['MEMORY', 'PURGE'],
  ['MEMORY', 'nope'],
]);
