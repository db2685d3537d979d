import { RespClient } from '../support/resp-client';
import { contract, useServers } from './harness';

const servers = useServers();
/** Nobody serves anything there. */
const NOBODY = ['127.0.0.1', 1] as const;

contract('MIGRATE: arguments, and nobody there', [
  ['MIGRATE', ...NOBODY, 'missing', 0, 100],
  ['SET', 'a', 1],
  ['MIGRATE', ...NOBODY, 'a', 0, 100],
  ['MIGRATE', ...NOBODY, 'a', 'x', 100],
  ['MIGRATE', ...NOBODY, 'a', 0, 'x'],
  ['MIGRATE', ...NOBODY, 'a', 0, 100, 'nope'],
  ['MIGRATE', ...NOBODY, 'a', 0, 100, 'AUTH'],
  ['MIGRATE', ...NOBODY, 'a', 0, 100, 'AUTH2', 'u'],
  ['MIGRATE', ...NOBODY, 'a', 0, 100, 'KEYS', 'a', 'b'],
  ['MIGRATE', ...NOBODY, '', 0, 100, 'KEYS', 'b', 'c'],
  ['MIGRATE', ...NOBODY, 'a', 0],
  ['GET', 'a'],
  ['COMMAND', 'GETKEYS', 'MIGRATE', ...NOBODY, '', 0, 100, 'COPY', 'KEYS', 'b', 'c'],
  ['COMMAND', 'GETKEYS', 'MIGRATE', ...NOBODY, 'a', 0, 100, 'COPY'],
  ['COMMAND', 'GETKEYS', 'MIGRATE', ...NOBODY, '', 0, 100, 'AUTH', 'KEYS', 'KEYS', 'b'],
]);

describe('MIGRATE to a real Redis', () => {
  let source: RespClient;
  let target: RespClient;
  let port: string;

  beforeEach(async () => {
    const { real, listener } = servers();
    port = String(real.port);
    source = await RespClient.open(listener.port ?? 0);
    target = await RespClient.open(real.port);
    await source.command('FLUSHALL');
    await target.command('FLUSHALL');
  });
  afterEach(() => {
    source.close();
    target.close();
  });

  const ask = async (client: RespClient, ...words: string[]) => (await client.command(...words))?.value;

  it('moves every type, with its time to live', async () => {
    await source.command('SET', 'string', 'x');
    await source.command('HSET', 'hash', 'a', '1');
    await source.command('RPUSH', 'list', '1', 'two');
    await source.command('SADD', 'set', '1', '2');
    await source.command('ZADD', 'zset', '1.5', 'a');
    await source.command('XADD', 'stream', '1-1', 'a', '1');
    await source.command('PEXPIRE', 'hash', '3600000');
    const keys = ['string', 'hash', 'list', 'set', 'zset', 'stream'];
    const before = await source.command('DEBUG', 'DIGEST-VALUE', ...keys);
    expect(await ask(source, 'MIGRATE', '127.0.0.1', port, '', '0', '1000', 'KEYS', ...keys)).toBe('OK');
    expect(await ask(source, 'DBSIZE')).toBe('0');
    expect(await target.command('DEBUG', 'DIGEST-VALUE', ...keys)).toEqual(before);
    expect(Number(await ask(target, 'PTTL', 'hash'))).toBeGreaterThan(3_000_000);
    expect(await ask(target, 'PTTL', 'list')).toBe('-1');
  });

  it('leaves what the other side refuses, and what is only copied', async () => {
    await source.command('MSET', 'a', 'new', 'b', 'new');
    await target.command('SET', 'a', 'old');
    expect(await ask(source, 'MIGRATE', '127.0.0.1', port, '', '0', '1000', 'KEYS', 'a', 'b')).toBe(
      'ERR Target instance replied with error: BUSYKEY Target key name already exists.',
    );
    expect(await ask(source, 'GET', 'a')).toBe('new');
    expect(await ask(source, 'EXISTS', 'b')).toBe('0');
    expect(await ask(source, 'MIGRATE', '127.0.0.1', port, 'a', '0', '1000', 'COPY', 'REPLACE')).toBe('OK');
    expect(await ask(source, 'GET', 'a')).toBe('new');
    expect(await ask(target, 'GET', 'a')).toBe('new');
  });

  it('keeps a key that changes on the way', async () => {
    const other = await RespClient.open(servers().listener.port ?? 0);
    await source.command('SET', 'a', 'x'.repeat(1_000_000));
    source.send('MIGRATE', '127.0.0.1', port, 'a', '0', '1000');
    await other.command('APPEND', 'a', 'more');
    expect((await source.next())?.value).toMatch(/^(?:OK|IOERR a key changed)/);
    const here = Number(await ask(other, 'STRLEN', 'a'));
    expect([4, 1_000_004]).toContain(here); // the change came after the move, or on the way
    other.close();
  });
});

contract('MIGRATE to a port that is none', [
  ['SET', 'k', 'v'],
  ['MIGRATE', '127.0.0.1', '99999', 'k', '0', '100'],
  ['EXISTS', 'k'],
]);
