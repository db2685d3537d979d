import { hasRead } from '../support/has-read';
import { RespClient, textOf, type WireReply } from '../support/resp-client';
import { useServers } from './harness';

const servers = useServers();

type Line = readonly [string, ...string[]];

/** What INFO counts after some commands: calls, refusals and failures of each command, and errors by their code. */
async function countsOf(port: number, lines: readonly Line[]): Promise<string[]> {
  const client = await RespClient.open(port, 2);
  await client.command('FLUSHALL');
  await client.command('SET', 's', 'abc');
  await client.command('CONFIG', 'RESETSTAT');
  for (const line of lines) await client.command(...line);
  const text = textOf(await client.command('INFO', 'everything'));
  client.close();
  return text
    .split('\r\n')
    .filter((line) =>
      /^(?:errorstat_|total_error_replies|lazyfreed_objects|cmdstat_(?!flushall|set:|config))/.test(line),
    )
    .map((line) => line.replace(/usec=\d+,usec_per_call=[\d.]+,/, ''))
    .sort();
}

/** What is counted of commands that wait: as they begin to, and once they are over, in this way or that. */
async function countsOfWaits(port: number): Promise<string[]> {
  const client = await RespClient.open(port);
  const waiters = await Promise.all(Array.from({ length: 4 }, () => RespClient.open(port)));
  const [served, unblocked, late, killed] = waiters;
  await client.command('FLUSHALL');
  await client.command('CONFIG', 'RESETSTAT');
  const id = textOf(await unblocked?.command('CLIENT', 'ID'));
  for (const [waiter, key] of [
    [served, 'a'],
    [unblocked, 'b'],
    [killed, 'c'],
  ] as const) {
    if (waiter === undefined) continue;
    waiter.send('BLPOP', key, '0');
    await hasRead(waiter.socket);
  }
  const waiting = await countedOf(client);
  await late?.command('BLPOP', 'd', '0.01');
  await client.command('LPUSH', 'a', 'x');
  await served?.next();
  await client.command('CLIENT', 'UNBLOCK', id, 'ERROR');
  await unblocked?.next();
  await client.command('CLIENT', 'KILL', 'TYPE', 'normal');
  await killed?.next();
  const over = await countedOf(client);
  for (const each of [client, ...waiters]) each.close();
  return [...waiting, 'over', ...over];
}

async function countedOf(client: RespClient): Promise<string[]> {
  const lines = textOf(await client.command('INFO', 'everything')).split('\r\n');
  return lines
    .filter((line) => /^(?:errorstat_|cmdstat_blpop|total_error_replies|total_commands_processed)/.test(line))
    .map((line) => line.replace(/usec=\d+,usec_per_call=[\d.]+,/, ''))
    .sort();
}

const ownError = (i: number): Line => ['EVAL', 'return redis.error_reply(ARGV[1])', '0', `E${String(i)} x`];

const WRITES = "return redis.call('set', 'x', 'y')";

describe('the statistics of commands and errors', () => {
  it.each<[string, readonly Line[]]>([
    ['an error a script lets through', [['EVAL', "return redis.call('select', 99)", '0']]],
    ['an error a script answers', [['EVAL', "return redis.pcall('select', 99)", '0']]],
    ['an error a script swallows', [['EVAL', "redis.pcall('select', 99) return 1", '0']]],
    ['an error a script raises again', [['EVAL', "error(redis.pcall('incr', 's'))", '0']]],
    ['a write of a script that may only read', [['EVAL_RO', WRITES, '1', 'x']]],
    ['a write of a script that declares none', [['EVAL', `#!lua flags=no-writes\n${WRITES}`, '1', 'x']]],
    ['an unknown command in a script', [['EVAL', "return redis.call('nosuch')", '0']]],
    ['a wrong arity in a script', [['EVAL', "return redis.call('get')", '0']]],
    ['a command that scripts may not run', [['EVAL', "return redis.call('subscribe', 'a')", '0']]],
    ['a script of its own error', [['EVAL', "return {err='MY x'}", '0']]],
    ['an unknown script', [['EVALSHA', 'f'.repeat(40), '0']]],
    ['a refused command in a transaction', [['MULTI'], ['GET'], ['EXEC']]],
    ['a failing script in a transaction', [['MULTI'], ['EVAL', "return redis.call('incr', 's')", '0'], ['EXEC']]],
    ['a wrong arity', [['GET']]],
    ['a refused EXEC', [['EXEC', 'x']]],
    ['a refused EXEC of a transaction', [['MULTI'], ['EXEC', 'x'], ['EXEC']]],
    ['an unknown subcommand', [['CLIENT', 'NOPE']]],
    ['a blocking command that is refused', [['BLPOP', 's', '1']]],
    [
      'what UNLINK frees lazily',
      [
        ['SADD', 'set', ...Array.from({ length: 100 }, String)],
        ['UNLINK', 'set'],
      ],
    ],
    [
      'what flushes free lazily',
      [
        ['MSET', 'a', '1', 'b', '2'],
        ['FLUSHDB'],
        ['MSET', 'a', '1', 'b', '2', 'c', '3'],
        ['FLUSHALL', 'SYNC'],
        ['MSET', 'a', '1', 'b', '2'],
        ['MULTI'],
        ['FLUSHALL'],
        ['EXEC'],
        ['SET', 'a', '1'],
        ['EVAL', "return redis.call('flushall')", '0'],
      ],
    ],
    [
      'codes of errors, long ones and none',
      ['MY', 'MY x', 'my_own x', `${'c'.repeat(30)} x`, `${'c'.repeat(31)} x`, ' x', '-MY x'].map((text): Line => [
        'EVAL',
        'return redis.error_reply(ARGV[1])',
        '0',
        text,
      ]),
    ],
  ])('count %s as Redis does', async (_, lines) => {
    const { real, listener } = servers();
    expect(await countsOf(listener.port ?? 0, lines)).toEqual(await countsOf(real.port, lines));
  });

  it.each([127, 128, 129, 131])('count %i codes of errors as Redis does', async (count) => {
    const { real, listener } = servers();
    const lines: readonly Line[] = [...Array.from({ length: count }, (_, i) => ownError(i)), ['GET']];
    // What a server frees of its list, lazily, is no object of anybody.
    const counts = async (port: number) =>
      (await countsOf(port, lines)).filter((line) => !line.startsWith('lazyfreed_objects'));
    expect(await counts(listener.port ?? 0)).toEqual(await counts(real.port));
  });

  it('number what is slow as Redis does, also while nothing is kept', async () => {
    const numbers = async (port: number): Promise<unknown[]> => {
      const client = await RespClient.open(port);
      const newest = async (): Promise<number> => {
        const reply = await client.command('SLOWLOG', 'GET', '1');
        const [entry] = Array.isArray(reply?.value) ? (reply.value as readonly WireReply[]) : [];
        return Number(textOf(Array.isArray(entry?.value) ? (entry.value as readonly WireReply[])[0] : undefined));
      };
      const begin: number[] = [];
      await client.command('CONFIG', 'SET', 'slowlog-log-slower-than', '0');
      begin.push(await newest());
      await client.command('CONFIG', 'SET', 'slowlog-max-len', '0');
      await client.command('PING');
      await client.command('PING');
      await client.command('CONFIG', 'SET', 'slowlog-max-len', '128');
      begin.push(await newest());
      await client.command('CONFIG', 'SET', 'slowlog-log-slower-than', '10000');
      client.close();
      return begin.map((number) => number - (begin[0] ?? 0));
    };
    const { real, listener } = servers();
    expect(await numbers(listener.port ?? 0)).toEqual(await numbers(real.port));
  });

  it('count what waits as Redis does', async () => {
    const { real, listener } = servers();
    expect(await countsOfWaits(listener.port ?? 0)).toEqual(await countsOfWaits(real.port));
  });
});
