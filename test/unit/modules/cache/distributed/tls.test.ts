import { readFile } from 'node:fs/promises';
import { Cluster, Redis } from 'ioredis';
import { createClient } from 'redis';
import { CacheBackend } from '../../../../../src';
import { type Certificates, type KeyPair, makeCertificates, tlsArgs } from '../../../../support/certificates';
import { appWith, openClient } from '../../../../support/distributed-app';
import { clusterNodeArgs } from '../../../../support/redis-cluster';
import { freePort, type RedisServer, startRedisServer } from '../../../../support/redis-server';
import { until } from '../../../../support/until';

describe('NFR-5: the distributed backend over TLS', () => {
  let certificates: Certificates;
  let foreign: Certificates;
  let server: RedisServer;
  let port: number;
  beforeAll(async () => {
    [certificates, foreign, port] = await Promise.all([makeCertificates(), makeCertificates(), freePort()]);
    server = await startRedisServer({ args: tlsArgs(certificates, port) });
  });
  afterAll(async () => {
    await server.stop();
    await Promise.all([certificates.remove(), foreign.remove()]);
  });

  const trusted = () => ({ enabled: true, ca: certificates.ca, ...certificates.client });

  it('serves a client that trusts the authority and shows its certificate', async () => {
    const app = await appWith({ addr: `localhost:${String(port)}`, tls: trusted() }).start();
    const backend = app.get(CacheBackend);
    expect(await backend.client.set('greeting', 'hello')).toBe('OK');
    expect(await backend.connection('commands').get('greeting')).toBe('hello');
    const own = openClient(backend.redisOptions());
    expect(await own.get('greeting')).toBe('hello');
    own.disconnect();
    await app.stop();
  });

  it.each(['addr', 'url'] as const)('gives node-redis the same certificates (redis.%s)', async (how) => {
    const where =
      how === 'addr' ? { addr: `localhost:${String(port)}` } : { url: `rediss://localhost:${String(port)}` };
    const app = await appWith({ ...where, tls: trusted() }).start();
    const client = await createClient(await app.get(CacheBackend).nodeRedisOptions?.()).connect();
    expect(await client.ping()).toBe('PONG');
    client.destroy();
    await app.stop();
  });

  it('takes a rediss:// URL for TLS', async () => {
    const { enabled: _, ...tls } = trusted();
    const app = await appWith({ url: `rediss://127.0.0.1:${String(port)}`, tls }).start();
    expect(await app.get(CacheBackend).client.ping()).toBe('PONG');
    await app.stop();
  });

  it('accepts the name of the certificate in the place of the host', async () => {
    const tls = { ...trusted(), server_name: 'redis.example' };
    const app = await appWith({ addr: `127.0.0.1:${String(port)}`, tls }).start();
    expect(await app.get(CacheBackend).client.ping()).toBe('PONG');
    await app.stop();
  });

  it.each([
    [
      'an authority it does not trust',
      () => ({ ...trusted(), ca: foreign.ca }),
      /unable to verify|self-signed|signature/,
    ],
    ['a certificate for another name', () => ({ ...trusted(), server_name: 'other.example' }), /other\.example/],
  ])('fails the start with REDIS_TLS_FAILED for %s', async (_, tls, reason) => {
    const at = `localhost:${String(port)}`;
    const error: unknown = await appWith({ addr: at, tls: tls() })
      .start()
      .catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'REDIS_TLS_FAILED', message: expect.stringMatching(reason) });
    expect(String(error)).toContain(at);
  });

  it('fails the start, mentioning redis.tls, when the server does not talk TLS', async () => {
    const plain = await startRedisServer();
    const addr = `${plain.host}:${String(plain.port)}`;
    await expect(appWith({ addr, tls: trusted(), connect_timeout: '2s' }).start()).rejects.toMatchObject({
      code: 'REDIS_TLS_FAILED',
      message: expect.stringMatching(/does not talk TLS at this port.*redis\.tls/),
    });
    await plain.stop();
  });

  it('fails the start when the server asks for a certificate and gets none, or for TLS and gets none', async () => {
    const addr = `localhost:${String(port)}`;
    const anonymous = appWith({ addr, tls: { enabled: true, ca: certificates.ca } }).start();
    await expect(anonymous).rejects.toMatchObject({ code: expect.stringMatching(/^REDIS_(TLS_FAILED|UNREACHABLE)$/) });
    await expect(appWith({ addr }).start()).rejects.toMatchObject({
      code: 'REDIS_TLS_FAILED',
      message: expect.stringContaining('Set redis.tls.enabled to true'),
    });
  });

  it('reaches the sentinels and the master they know with the same certificates', async () => {
    const sentinelPort = await freePort();
    const sentinel = await startRedisServer({
      args: [...tlsArgs(certificates, sentinelPort), '--tls-replication', 'yes'],
      sentinel: `sentinel monitor main 127.0.0.1 ${String(port)} 1\n`,
    });
    const sentinels = { sentinels: [`localhost:${String(sentinelPort)}`], sentinel_name: 'main' };
    const app = await appWith({ ...sentinels, tls: trusted() }).start();
    expect(await app.get(CacheBackend).client.set('greeting', 'from the sentinels')).toBe('OK');
    expect(await app.get(CacheBackend).connection('commands').get('greeting')).toBe('from the sentinels');
    await app.stop();
    await expect(appWith({ ...sentinels, tls: { ...trusted(), ca: foreign.ca } }).start()).rejects.toMatchObject({
      code: 'REDIS_TLS_FAILED',
      message: expect.stringContaining(sentinels.sentinels.join()),
    });
    await sentinel.stop();
  });

  it('reaches a Cluster by the names in its certificates', async () => {
    const [tlsPort, busPort] = await Promise.all([freePort(), freePort()]);
    const node = await startRedisServer({
      args: [
        ...tlsArgs(certificates, tlsPort),
        ...['--tls-cluster', 'yes', ...clusterNodeArgs(busPort)],
        ...['--cluster-announce-hostname', 'localhost', '--cluster-preferred-endpoint-type', 'hostname'],
      ],
    });
    const nodes = [`localhost:${String(tlsPort)}`];
    await expect(
      appWith({ cluster_nodes: nodes, tls: { ...trusted(), ca: foreign.ca } }).start(),
    ).rejects.toMatchObject({
      code: 'REDIS_TLS_FAILED',
      message: expect.stringContaining(nodes.join()),
    });
    const operator = new Redis(tlsPort, 'localhost', {
      tls: { ca: await readFile(certificates.ca), ...(await read(certificates.client)) },
    });
    await operator.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    await until('the cluster serves', async () => (await operator.cluster('INFO')).includes('cluster_state:ok'));
    operator.disconnect();
    const app = await appWith({ cluster_nodes: nodes, tls: trusted() }).start();
    const { client } = app.get(CacheBackend);
    expect(client).toBeInstanceOf(Cluster);
    expect(await client.set('greeting', 'hello')).toBe('OK');
    await app.stop();
    await node.stop();
  });
});

async function read({ cert, key }: KeyPair): Promise<{ readonly cert: Buffer; readonly key: Buffer }> {
  return { cert: await readFile(cert), key: await readFile(key) };
}
