import { Redis } from 'ioredis';
import type { Value } from '../../src/modules/migration/redis/read-values';
import { RestoreLink } from '../../src/modules/migration/redis/restore-link';
import { Restorer } from '../../src/modules/migration/redis/restorer';
import { randomValue } from '../fuzz/dump-values';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { SeededRandom } from '../support/seeded-random';
import { slice } from '../support/slice';

/** Keys on their way to a real Redis by a connection of their own: as by RESTORE of a client. */

const PASSWORD = 'sécret';

let server: RedisServer;
let client: Redis;

beforeEach(async () => {
  server = await startRedisServer({ args: ['--requirepass', PASSWORD] });
  client = new Redis(server.port, server.host, { password: PASSWORD, retryStrategy: () => null });
  client.on('error', () => undefined); // a test ends the server
  await client.ping();
});

afterEach(async () => {
  client.disconnect();
  await server.stop();
});

async function valueOf(key: string, change: Partial<Value> = {}): Promise<Value> {
  const body = (await client.dumpBuffer(key)).subarray(0, -10);
  return { kind: 'value', db: 0, key, expireAt: 0, body, ...change };
}

async function opened(): Promise<RestoreLink> {
  const link = await RestoreLink.open(client);
  if (link === undefined) throw new Error('no link');
  return link;
}

it('restores values of every kind', async () => {
  const { seed, size } = slice({ short: 60, long: 600 });
  const random = new SeededRandom(seed);
  const link = await opened();
  for (let i = 0; i < size; i++) {
    await client.flushall();
    const args = (line: readonly string[]) => line.map((arg) => Buffer.from(arg, 'latin1'));
    for (const [name = '', ...rest] of randomValue(random).recipe) await client.call(name, args(rest));
    const expireAt = random.pick([0, 4_000_000_000_000]);
    const values = [await valueOf('k', { key: 'by link ÿ\0', expireAt })];
    expect(await link.restore(0, values, false)).toEqual([undefined]);
    if (expireAt !== 0) await client.pexpireat('k', expireAt);
    const [by, from] = await Promise.all(
      [Buffer.from('by link ÿ\0', 'latin1'), 'k'].map((key) => client.debug('DIGEST-VALUE', key as string)),
    );
    expect(by).toEqual(from);
    expect(await client.pexpiretime(Buffer.from('by link ÿ\0', 'latin1'))).toBe(expireAt === 0 ? -1 : expireAt);
  }
  link.close();
});

it('says what the server has against each, chooses databases, replaces, and keeps how keys were used', async () => {
  await client.set('k', 'v');
  const [value, other] = [await valueOf('k'), await valueOf('k', { key: 'other', idle: 700 })];
  const broken: Value = { ...value, key: 'broken', body: Buffer.from([200, 1, 0x61]) };
  const link = await opened();
  expect(await link.restore(0, [value, broken, other], false)).toEqual([
    'BUSYKEY Target key name already exists.',
    'ERR Bad data format',
    undefined,
  ]);
  expect(await client.object('IDLETIME', 'other')).toBe(700);
  expect(await link.restore(5, [value], false)).toEqual([undefined]);
  await expect(link.restore(99, [value], false)).rejects.toThrow('ERR DB index is out of range');
  await client.set('k', 'changed');
  expect(await link.restore(0, [value], true)).toEqual([undefined]);
  await client.config('SET', 'maxmemory-policy', 'allkeys-lfu');
  expect(await link.restore(5, [{ ...value, frequency: 90 }], true)).toEqual([undefined]);
  expect(await client.get('k')).toBe('v');
  await client.select(5);
  expect([await client.get('k'), await client.object('FREQ', 'k')]).toEqual(['v', 90]);
  link.close();
});

it('takes more than a socket does at once, and fails when the server ends', async () => {
  await client.set('k', Buffer.alloc(200_000, 'x'));
  // Not compressed: it is as long on the wire.
  const body = Buffer.concat([Buffer.from([0, 0x80, 0, 3, 0x0d, 0x40]), Buffer.alloc(200_000, 'x')]);
  const values = Array.from({ length: 100 }, (_, i): Value => ({
    kind: 'value',
    db: 0,
    key: String(i),
    expireAt: 0,
    body,
  }));
  const link = await opened();
  expect(new Set(await link.restore(0, values, false))).toEqual(new Set([undefined]));
  expect(await client.dbsize()).toBe(101);
  const lost = link.restore(0, values, true);
  process.kill(server.pid, 'SIGKILL');
  await expect(lost).rejects.toThrow(/closed|ECONNRESET|EPIPE/);
  await expect(link.restore(0, values, true)).rejects.toThrow(/closed|ECONNRESET|EPIPE/);
});

it('waits as long as its client does', async () => {
  await client.set('k', 'v');
  const value = await valueOf('k', { key: 'late' });
  const link = await opened();
  await client.client('PAUSE', 100_000, 'WRITE');
  client.options.commandTimeout = 50;
  await expect(link.restore(0, [value], false)).rejects.toThrow('Command timed out');
  link.close();
});

it('leaves it to the client where that does more than to send, or reaches its server in a way of its own', async () => {
  const prefixed = client.duplicate({ keyPrefix: 'p:' });
  await prefixed.ping();
  expect(await RestoreLink.open(prefixed)).toBeUndefined();
  await client.set('k', 'v');
  const restorer = new Restorer(prefixed, false);
  expect(await restorer.restore([await valueOf('k', { key: 'mine' })])).toEqual([undefined]);
  expect(await client.get('p:mine')).toBe('v');
  prefixed.disconnect();
  await restorer.close();
  const led = client.duplicate();
  await led.ping();
  led.options.Connector = Object as never; // as one that goes by a proxy
  expect(await RestoreLink.open(led)).toBeUndefined();
  led.disconnect();
  await client.config('SET', 'maxclients', '1');
  expect(await RestoreLink.open(client)).toBeUndefined();
});
