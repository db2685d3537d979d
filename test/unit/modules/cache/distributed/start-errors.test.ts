import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { readFileSync } from 'node:fs';
import type { ConfigInput } from '../../../../../src';
import { makeCertificates } from '../../../../support/certificates';
import { Closing } from '../../../../support/closing';
import { appWith } from '../../../../support/distributed-app';
import { startRedisServer } from '../../../../support/redis-server';

const closing = new Closing();
afterEach(() => closing.all());

/** How a start against these settings fails: its code and its message. @param patience for what another try might mend */
async function failure(redis: ConfigInput['redis'], patience = '1m'): Promise<string> {
  const error: unknown = await appWith({ connect_timeout: patience, ...redis })
    .start()
    .then(
      () => new Error('it started'),
      (reason: unknown) => reason,
    );
  const { code, message } = error as Error & { code?: string };
  return `${code ?? ''}: ${message}`;
}

async function open(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.add(server, (each) => {
    each.close();
    for (const socket of sockets) socket.destroy();
  });
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`; // a TCP server that listens has one
}

/** Somebody who says the same to all, at once or when spoken to. */
const saying = (words: string, when: 'at once' | 'when spoken to' = 'at once'): Promise<string> =>
  open(
    createServer((socket) => {
      if (when === 'at once') socket.write(words, 'latin1');
      socket.on('data', () => {
        if (when === 'when spoken to') socket.write(words, 'latin1');
      });
    }),
  );

/** A real one. */
async function redis(...args: string[]): Promise<string> {
  const server = closing.add(await startRedisServer({ args }), (each) => each.stop());
  return `${server.host}:${String(server.port)}`;
}

describe('what answers is not Redis', () => {
  it('says that it seems to speak HTTP, whoever was asked for', async () => {
    const addr = await open(createHttpServer((_, response) => response.end('hello')));
    const told = /^REDIS_NOT_REDIS: .* is not a Redis server: it seems to speak HTTP\. Check the host and the port/;
    expect(await failure({ addr })).toMatch(told);
    expect(await failure({ url: `redis://${addr}` })).toMatch(told);
    expect(await failure({ cluster_nodes: [addr] })).toMatch(told);
    expect(await failure({ sentinels: [addr], sentinel_name: 'main' })).toMatch(told);
  });

  it.each(['SSH-2.0-Server\r\n', '220 mail\r\n', 'J\0\0\0\n5.7\0'])(
    'says so of another protocol: %j',
    async (words) => {
      const told = await failure({ addr: await saying(words) });
      expect(told).toMatch(/^REDIS_NOT_REDIS: .* it does not speak Redis' protocol/);
      expect(told).not.toContain('eport this');
    },
  );
});

describe('logins', () => {
  it('a missing password is named with its variable, without the words of Redis', async () => {
    const told = await failure({ addr: await redis('--requirepass', 'right') });
    expect(told).toMatch(
      /^REDIS_AUTH_FAILED: .* asks for a password.*Set redis\.password \(RESPITE_REDIS_PASSWORD\)\.$/,
    );
    expect(told).not.toContain('NOAUTH');
  });

  it.each([{ password: 'wrong-one' }, { username: 'nobody', password: 'wrong-one' }])(
    'a wrong one is not shown: %j',
    async (login) => {
      const told = await failure({ addr: await redis('--requirepass', 'right'), ...login });
      expect(told).toMatch(/^REDIS_AUTH_FAILED: .* refused the user name or the password\. Check redis\.username/);
      expect(told).not.toContain('wrong-one');
    },
  );
});

describe('TLS', () => {
  it('is missed by a server that talks it', async () => {
    const { server: pair } = closing.add(await makeCertificates(), (made) => made.remove());
    const { key, cert } = pair;
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }).on(
      'tlsClientError',
      () => undefined,
    );
    expect(await failure({ addr: await open(server) })).toMatch(
      /^REDIS_TLS_FAILED: .* talks TLS.*redis\.tls\.enabled to true/,
    );
  });

  it('is not understood by one that does not', async () => {
    const told = await failure({ addr: await redis(), tls: { enabled: true } }, '2s');
    expect(told).toMatch(/^REDIS_TLS_FAILED: .* does not talk TLS at this port.*redis\.tls\.enabled to false/);
  });
});

describe('Redis that cannot serve', () => {
  it('says that it is in protected mode', async () => {
    const words = '-DENIED Redis is running in protected mode because protected mode is enabled\r\n';
    const told = await failure({ addr: await saying(words) }, '2s');
    expect(told).toMatch(/^REDIS_NOT_READY: .* is in protected mode.*requirepass/);
  });

  it('says that it is loading', async () => {
    const words = '-LOADING Redis is loading the dataset in memory\r\n';
    const told = await failure({ addr: await saying(words, 'when spoken to') }, '2s');
    expect(told).toMatch(/^REDIS_NOT_READY: .* is still loading its data.*redis\.connect_timeout/);
  });

  it('says that it is a sentinel', async () => {
    const [, port = ''] = (await redis()).split(':');
    const sentinel = closing.add(
      await startRedisServer({ sentinel: `sentinel monitor main 127.0.0.1 ${port} 1\n` }),
      (each) => each.stop(),
    );
    const told = await failure({ addr: `127.0.0.1:${String(sentinel.port)}` });
    expect(told).toMatch(/^REDIS_NOT_READY: .* it is a sentinel.*redis\.sentinels, with redis\.sentinel_name/);
  });

  it('says that it is a node of a cluster', async () => {
    const told = await failure({ addr: await redis('--cluster-enabled', 'yes') });
    expect(told).toMatch(/^REDIS_NOT_READY: .* a node of a Redis Cluster.*redis\.cluster_nodes/);
  });

  it('says that it is neither sentinel nor cluster', async () => {
    const address = await redis();
    expect(await failure({ sentinels: [address], sentinel_name: 'main' })).toMatch(
      /^REDIS_NOT_READY: .* Redis servers, not sentinels: name one in redis\.addr/,
    );
    expect(await failure({ cluster_nodes: [address] })).toMatch(
      /^REDIS_NOT_READY: .* no Redis Cluster: name it in redis\.addr/,
    );
  });

  it('serves where INFO is denied to the user', async () => {
    const acl = ['--user', 'default', 'on', 'nopass', '~*', '+@all', '-info'];
    await appWith({ addr: await redis(...acl) }).start();
  });

  it('names the database that does not exist', async () => {
    expect(await failure({ addr: await redis(), db: 99 })).toMatch(/^REDIS_NOT_READY: .*Check redis\.db/);
  });
});

describe('nobody there', () => {
  it('an unknown host is told apart', async () => {
    expect(await failure({ addr: 'nobody.invalid:6380' })).toMatch(
      /^REDIS_UNREACHABLE: .*host.*check redis\.url, redis\.addr/,
    );
  });

  it('so is one that says nothing', async () => {
    expect(await failure({ addr: await saying('') }, '500ms')).toMatch(
      /^REDIS_UNREACHABLE: .*no answer within 500ms.*redis\.connect_timeout/,
    );
  });
});
