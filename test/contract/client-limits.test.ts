import { setImmediate } from 'node:timers/promises';
import { hasRead } from '../support/has-read';
import { ORACLE } from '../support/oracle';
import { RespClient, textOf } from '../support/resp-client';
import { useServers } from './harness';

const servers = useServers();

/** What a server does with clients that send more, or leave more unread, than they may: the same on both. */
async function onBoth(scenario: (port: number, admin: RespClient) => Promise<unknown>): Promise<[unknown, unknown]> {
  const { real, listener } = servers();
  const outcome = async (port: number): Promise<unknown> => {
    const admin = await RespClient.open(port);
    await admin.command('FLUSHALL');
    await admin.command('CONFIG', 'RESETSTAT');
    const found = await scenario(port, admin);
    admin.close();
    return found;
  };
  return [await outcome(real.port), await outcome(listener.port ?? 0)];
}

async function linesOf(admin: RespClient, section: string, pattern: RegExp): Promise<string[]> {
  const lines = textOf(await admin.command('INFO', section)).split('\r\n');
  return lines.filter((line) => pattern.test(line)).sort();
}

/** Sends and never reads, until it is hung up on. */
async function neverReads(port: number, ...args: readonly string[]): Promise<void> {
  const { socket, ...client } = await openPaused(port);
  for (let open = true; open; open = !socket.destroyed) {
    for (let i = 0; i < 1000; i++) client.send(...args);
    await setImmediate();
  }
}

async function openPaused(port: number) {
  const client = await RespClient.open(port);
  client.socket.pause();
  return { socket: client.socket, send: (...args: readonly string[]) => client.send(...args) };
}

it('who has not authenticated may not leave replies unread, whatever is configured', async () => {
  const [expected, actual] = await onBoth(async (port, admin) => {
    await admin.command('CONFIG', 'SET', 'requirepass', 'secret');
    await neverReads(port, 'GET', 'k');
    const some = await RespClient.open(port);
    const replies = [
      await some.command('GET', 'k'),
      await some.command('AUTH', 'secret'),
      await some.command('GET', 'k'),
    ];
    some.close();
    await admin.command('CONFIG', 'SET', 'requirepass', '');
    return replies;
  });
  expect(actual).toEqual(expected);
});

it('a command is not run when its arguments alone are more than all clients may take', async () => {
  const [expected, actual] = await onBoth(async (port, admin) => {
    await admin.command('CONFIG', 'SET', 'maxmemory-clients', '3mb');
    const client = await RespClient.open(port);
    const outcome = [
      await client.command('MSET', 'a', 'small', 'b', 'x'.repeat(1_000_000)),
      await client.command('MSET', 'a', 'large', 'b', 'x'.repeat(3_145_728)),
      await admin.command('GET', 'a'),
      await admin.command('STRLEN', 'b'),
    ];
    await admin.command('CONFIG', 'SET', 'maxmemory-clients', '0');
    return outcome;
  });
  expect(actual).toEqual(expected);
});

(ORACLE >= '8.0' ? it : it.skip)(
  'clients that were closed for what they sent, or left unread, are counted',
  async () => {
    const [expected, actual] = await onBoth(async (port, admin) => {
      const counts = () => linesOf(admin, 'stats', /buffer_limit_disconnections/);
      const before = await counts();
      await admin.command('CONFIG', 'SET', 'client-query-buffer-limit', '1048576');
      const sends = await RespClient.open(port);
      const sent = await sends.command('SET', 'k', 'x'.repeat(1_048_576));
      await admin.command('CONFIG', 'SET', 'client-query-buffer-limit', '1gb');
      await admin.command('SET', 'k', 'x'.repeat(100_000));
      await admin.command('CONFIG', 'SET', 'client-output-buffer-limit', 'normal 10 0 0');
      const reads = await RespClient.open(port);
      const read = await reads.command('GET', 'k');
      await admin.command('CONFIG', 'SET', 'client-output-buffer-limit', 'normal 0 0 0');
      return [before, sent, read, await counts()];
    });
    expect(actual).toEqual(expected);
  },
);

(ORACLE >= '8.0' ? it : it.skip)('INFO counts who listens, to shard channels as well', async () => {
  const [expected, actual] = await onBoth(async (port, admin) => {
    const counts: string[][] = [];
    const client = await RespClient.open(port);
    for (const line of [
      ['SSUBSCRIBE', 'a'],
      ['SUBSCRIBE', 'a'],
      ['SUNSUBSCRIBE', 'a'],
      ['UNSUBSCRIBE', 'none'],
      ['UNSUBSCRIBE', 'a'],
      ['PSUBSCRIBE', 'a*'],
    ]) {
      await client.command(...line);
      counts.push(await linesOf(admin, 'clients', /pubsub_clients/));
    }
    client.close();
    return counts;
  });
  expect(actual).toEqual(expected);
});

(ORACLE >= '8.0' ? it : it.skip)(
  'INFO counts the keys that clients wait for, and those whose end they wait for',
  async () => {
    const [expected, actual] = await onBoth(async (port, admin) => {
      const counts: string[][] = [];
      const waiters: RespClient[] = [];
      const waits = async (...line: readonly string[]): Promise<void> => {
        const client = await RespClient.open(port);
        client.send(...line);
        await hasRead(client.socket);
        waiters.push(client);
        counts.push(await linesOf(admin, 'clients', /blocking_keys/));
      };
      await waits('BLPOP', 'k', 'l', '0');
      await admin.command('XGROUP', 'CREATE', 'k', 'group', '$', 'MKSTREAM');
      await waits('XREADGROUP', 'GROUP', 'group', 'one', 'BLOCK', '0', 'STREAMS', 'k', '>');
      await waits('XREAD', 'BLOCK', '0', 'STREAMS', 'k', '$');
      await admin.command('DEL', 'k');
      counts.push(await linesOf(admin, 'clients', /blocking_keys/));
      for (const client of waiters) client.close();
      return counts;
    });
    expect(actual).toEqual(expected);
  },
);

it('clients are closed only until all of them take less than they may', async () => {
  const [expected, actual] = await onBoth(async (port, admin) => {
    const MEGABYTE = 1_048_576;
    await admin.command('CLIENT', 'SETNAME', 'admin');
    await admin.command('CLIENT', 'NO-EVICT', 'ON');
    const takes = async (name: string): Promise<number> => {
      const list = textOf(await admin.command('CLIENT', 'LIST'));
      return Number(new RegExp(`name=${name} .* tot-mem=(\\d+)`).exec(list)?.[1]);
    };
    const clients: RespClient[] = [];
    let most = 0;
    for (let i = 0; i < 6; i++) {
      const client = await RespClient.open(port);
      await client.command('CLIENT', 'SETNAME', `client${String(i)}`);
      client.sendRaw(`*2\r\n$${String(MEGABYTE)}\r\n${'x'.repeat(MEGABYTE)}`);
      while ((await takes(`client${String(i)}`)) < MEGABYTE) await setImmediate();
      most = Math.max(most, await takes(`client${String(i)}`));
      clients.push(client);
    }
    await admin.command('CONFIG', 'SET', 'maxmemory-clients', String(3 * most + (await takes('admin'))));
    const left: number[] = [];
    for (let i = 0; i < 5; i++)
      left.push(textOf(await admin.command('CLIENT', 'LIST')).split('name=client').length - 1);
    await admin.command('CONFIG', 'SET', 'maxmemory-clients', '0');
    for (const client of clients) client.close();
    return left.at(-1);
  });
  expect(actual).toBe(expected);
});
