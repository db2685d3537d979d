import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { RespClient, textOf } from '../support/resp-client';
import { useServers } from './harness';

const servers = useServers();

const WAITING = {
  BRPOPLPUSH: ['BRPOPLPUSH', 'src', 'dst', '0'],
  BLMOVE: ['BLMOVE', 'src', 'dst', 'LEFT', 'LEFT', '0'],
  BLPOP: ['BLPOP', 'src', '0'],
  BLMPOP: ['BLMPOP', '0', '1', 'src', 'LEFT'],
};

function line(words: readonly string[]): string {
  return `*${String(words.length)}\r\n${words.map((word) => `$${String(word.length)}\r\n${word}\r\n`).join('')}`;
}

async function joined(port: number, halfOpen = false): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: halfOpen });
  await once(socket, 'connect');
  return socket.on('error', () => undefined);
}

/** Everything the peer sends until it hangs up. */
async function toTheEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  await once(socket, 'end');
  socket.destroy();
  return text;
}

async function waitUntilBlocked(observer: RespClient): Promise<void> {
  for (;;) {
    const info = await observer.command('INFO', 'clients');
    if (info === undefined) throw new Error('the observer was disconnected');
    if (textOf(info).includes('blocked_clients:1')) return;
  }
}

/** Ports of the real server and of ours, side by side. */
function both(): [string, number][] {
  const { real, listener } = servers();
  return [
    ['redis-server', real.port],
    ['respite', listener.port ?? 0],
  ];
}

describe('a client that has gone', () => {
  // Not compared: a Redis that hears of both in one turn of its loop serves it still, some times in a hundred.
  it.each(Object.keys(WAITING))('is not served by what others write in the same moment: %s', async (name) => {
    const port = servers().listener.port ?? 0;
    const writer = await RespClient.open(port);
    for (let round = 0; round < 60; round++) {
      await writer.command('FLUSHALL');
      const gone = await joined(port);
      gone.write(line(WAITING[name as keyof typeof WAITING]));
      await waitUntilBlocked(writer);
      // Ended one way or the other: with FIN, or with a reset.
      if (round % 2 === 0) gone.destroy();
      else gone.resetAndDestroy();
      await writer.command('LPUSH', 'src', 'x');
      expect({ round, left: await writer.command('LRANGE', 'src', '0', '-1') }).toEqual({
        round,
        left: { type: '*', value: [{ type: '$', value: 'x' }] },
      });
    }
    writer.close();
  });

  it('has its commands answered that it sent before it ended its side, however many', async () => {
    const texts: string[] = [];
    for (const [, port] of both()) {
      const client = await joined(port, true);
      client.end(line(['SET', 'k', '1']) + line(['INCR', 'k']).repeat(5000) + line(['GET', 'k']));
      texts.push(await toTheEnd(client));
    }
    expect(texts[1]).toBe(texts[0]);
    expect(texts[0]).toContain('$4\r\n5001\r\n');
  });

  it('has nothing done any more that waits behind a command that waits', async () => {
    const texts: string[] = [];
    for (const [, port] of both()) {
      const observer = await RespClient.open(port);
      await observer.command('FLUSHALL');
      const client = await joined(port, true);
      client.end(line(['SET', 'a', '1']) + line(WAITING.BLPOP) + line(['SET', 'b', '2']));
      const heard = await toTheEnd(client);
      texts.push(`${heard}${JSON.stringify(await observer.command('MGET', 'a', 'b'))}`);
      observer.close();
    }
    expect(texts[1]).toBe(texts[0]);
  });

  it('postponed by CLIENT PAUSE, does nothing when the pause ends', async () => {
    const left: unknown[] = [];
    for (const [, port] of both()) {
      const observer = await RespClient.open(port);
      await observer.command('FLUSHALL');
      await observer.command('CLIENT', 'PAUSE', '100000', 'WRITE');
      const client = await joined(port);
      client.write(line(['SET', 'a', '1']));
      await waitUntilBlocked(observer);
      client.destroy();
      await observer.command('CLIENT', 'UNPAUSE');
      left.push(await observer.command('GET', 'a'));
      observer.close();
    }
    expect(left[1]).toEqual(left[0]);
  });
});
