import { hasRead } from '../support/has-read';
import { RespClient, textOf } from '../support/resp-client';
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
  ])('count %s as Redis does', async (_, lines) => {
    const { real, listener } = servers();
    expect(await countsOf(listener.port ?? 0, lines)).toEqual(await countsOf(real.port, lines));
  });

  it('count what waits as Redis does', async () => {
    const { real, listener } = servers();
    expect(await countsOfWaits(listener.port ?? 0)).toEqual(await countsOfWaits(real.port));
  });
});
