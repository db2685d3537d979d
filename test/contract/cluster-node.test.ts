import { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedEngine, openEngine } from '../../src/engine';
import { connectorFor } from '../../src/modules/cache/standalone/connector';
import { ORACLE } from '../support/oracle';
import { startRedisServer, type RedisServer } from '../support/redis-server';
import { until } from '../support/until';

/** An engine that stands for a cluster answers as a Redis does that is the only node of one and serves every slot. */
describe('the only node of a cluster', () => {
  let directory: string;
  let server: RedisServer;
  let engine: EmbeddedEngine;
  let real: Redis;
  let ours: Redis;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'respite-cluster-node-'));
    const file = join(directory, 'nodes.conf');
    server = await startRedisServer({ args: ['--cluster-enabled', 'yes', '--cluster-config-file', file] });
    real = new Redis(server.port, server.host);
    await real.cluster('ADDSLOTSRANGE', 0, 16383);
    await until('it serves', async () => (await real.cluster('INFO')).includes('cluster_state:ok'));
    engine = openEngine({ version: ORACLE });
    engine.becomeCluster('127.0.0.1', server.port);
    ours = new Redis({ Connector: connectorFor(() => engine) });
  });
  afterAll(async () => {
    real.disconnect();
    ours.disconnect();
    engine.close();
    await server.stop();
    rmSync(directory, { recursive: true });
  });

  /** What differs by nature: the node's id, and the address a Redis does not know of itself. */
  const normal = (reply: unknown): unknown =>
    typeof reply === 'string'
      ? reply.replace(/\b[0-9a-f]{40}\b/g, 'ID').replace(/^ID [^ ]* /, 'ID ADDRESS ')
      : Array.isArray(reply)
        ? reply.map(normal)
        : reply;

  const ask = async (client: Redis, [name = '', ...args]: readonly string[]): Promise<unknown> =>
    normal(await client.call(name, ...args).catch((failure: unknown) => String(failure)));

  it.each(
    [
      'CLUSTER INFO',
      'CLUSTER NODES',
      'CLUSTER MYID',
      'CLUSTER LINKS',
      'CLUSTER KEYSLOT key',
      'CLUSTER KEYSLOT a{b}c',
      'CLUSTER KEYSLOT {}c',
      'CLUSTER KEYSLOT {{b}}c',
      'CLUSTER KEYSLOT a{b',
      'CLUSTER KEYSLOT',
      'CLUSTER KEYSLOT caf\u00e9',
      'CLUSTER COUNTKEYSINSLOT 12539',
      'CLUSTER COUNTKEYSINSLOT 16384',
      'CLUSTER COUNTKEYSINSLOT x',
      'CLUSTER GETKEYSINSLOT 12539 10',
      'CLUSTER GETKEYSINSLOT 12539 0',
      'CLUSTER GETKEYSINSLOT 12539 -1',
      'CLUSTER GETKEYSINSLOT 20000 10',
      'CLUSTER REPLICAS x',
      'CLUSTER SLAVES x',
      'CLUSTER NOPE',
      'SELECT 0',
      'SELECT 1',
      'SELECT x',
      'MOVE key 1',
      'SWAPDB 0 1',
      'COPY key {key}2 DB 1',
      'MGET {key}1 {key}2',
      'MGET key other',
      'MSET key 1 other 2',
      'SUNIONSTORE {a}1 {b}1',
      'EVAL return(1) 2 key other',
      'EVAL return(1) 2 {key}1 {key}2',
      'XREAD STREAMS key other 0 0',
      'READONLY',
      'READWRITE',
      'ASKING',
      'INFO cluster',
      'DBSIZE',
    ].map((line) => [line]),
  )('%s', async (line) => {
    for (const client of [real, ours]) await client.set('key', 'value');
    expect(await ask(ours, line.split(' '))).toEqual(await ask(real, line.split(' ')));
  });

  it('names itself as the owner of all slots', async () => {
    const [slots, shards] = [await ours.cluster('SLOTS'), await ours.cluster('SHARDS')];
    expect(normal(slots)).toEqual([[0, 16383, ['127.0.0.1', server.port, 'ID', []]]]);
    const theirs = JSON.stringify(normal(await real.cluster('SHARDS'))).replaceAll('""', '"127.0.0.1"');
    expect(JSON.stringify(normal(shards))).toBe(theirs);
  });

  it.each([
    ['of one slot', ['SET {a}1 x', 'GET {a}1']],
    ['of several slots, one by one', ['SET a 1', 'SET b 2']],
    ['of several slots in one command', ['MGET a b']],
  ])('a transaction with keys %s', async (_, lines) => {
    const run = async (client: Redis) => {
      const replies: unknown[] = [];
      for (const line of ['MULTI', ...lines, 'EXEC', 'PING']) replies.push(await ask(client, line.split(' ')));
      return replies;
    };
    expect(await run(ours)).toEqual(await run(real));
  });
});
