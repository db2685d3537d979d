import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/redis-server';
import { RespClient, textOf } from '../support/resp-client';
import { type RunningCommand, startCommand } from '../support/cli';
import { until } from '../support/until';

/** Room for some fifty megabytes of keys and clients. */
const HEAP = '--max-old-space-size=96';
const MEGABYTE = 'x'.repeat(1_000_000);

let port: number;
let running: RunningCommand;
const directory = mkdtempSync(join(tmpdir(), 'respite-clients-'));

beforeAll(async () => {
  port = await freePort();
  const set = ['redis.standalone.persistence.enabled=false', `redis.standalone.listener.port=${String(port)}`];
  running = startCommand(['start', '--standalone', ...set.map((one) => `--set=${one}`)], {
    cwd: directory,
    env: { NODE_OPTIONS: HEAP },
  });
  await running.line((line) => line.includes(String(port)));
});
afterAll(async () => {
  running.process.kill();
  await running.ended;
  rmSync(directory, { recursive: true });
});

function line(...words: readonly string[]): string {
  return `*${String(words.length)}\r\n${words.map((word) => `$${String(word.length)}\r\n${word}\r\n`).join('')}`;
}

async function opened(): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  return socket.on('error', () => undefined).resume();
}

/** Writes the same bytes again and again, as fast as they are taken; ends early when the peer hangs up. */
async function flood(socket: Socket, times: number, bytes: (i: number) => string): Promise<void> {
  for (let i = 0; i < times && !socket.destroyed; i++) {
    if (socket.write(bytes(i), 'latin1')) continue;
    await new Promise<void>((resolve) => {
      const go = () => {
        socket.off('drain', go).off('close', go);
        resolve();
      };
      socket.on('drain', go).on('close', go);
    });
  }
}

/** What several clients do, each until its end is heard or it was closed. */
async function several(clients: number, act: (socket: Socket, client: number) => Promise<void>): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: clients }, opened));
  for (const [client, socket] of sockets.entries()) await act(socket, client);
  for (const socket of sockets) socket.destroy();
}

const FLOODS: Readonly<Record<string, () => Promise<void>>> = {
  'a value larger than the heap': () =>
    several(1, async (socket) => {
      socket.write('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$200000000\r\n');
      await flood(socket, 200, () => MEGABYTE);
      await flood(socket, 1, () => '\r\n');
    }),
  'a command of many long arguments': () =>
    several(1, async (socket) => {
      socket.write('*401\r\n$4\r\nMSET\r\n');
      await flood(socket, 200, (i) => `$6\r\nk${String(100_000 + i).slice(1)}\r\n$1000000\r\n${MEGABYTE}\r\n`);
    }),
  'a command of ten million arguments': () =>
    several(1, async (socket) => {
      socket.write('*20000001\r\n$4\r\nMSET\r\n');
      await flood(socket, 100, () => '$1\r\na\r\n'.repeat(100_000));
    }),
  'queued commands': () =>
    several(20, async (socket) => {
      socket.write(line('MULTI'));
      await flood(socket, 10, () => line('GET', 'v'.repeat(1000)).repeat(1000));
    }),
  'watched keys with long names': () =>
    several(1, (socket) => flood(socket, 200, (i) => line('WATCH', String(i) + MEGABYTE))),
  'subscriptions with long names': () =>
    several(1, (socket) => flood(socket, 200, (i) => line('SUBSCRIBE', String(i) + MEGABYTE))),
  'waiting for keys with long names': () =>
    several(100, (socket, i) => flood(socket, 1, () => line('BLPOP', String(i) + MEGABYTE, '0'))),
  'commands that were run, of clients that stay': () =>
    several(150, (socket, i) => flood(socket, 1, () => line('SET', 'same', String(i) + MEGABYTE))),
  'scripts that were run, of clients that stay': () =>
    several(150, (socket, i) => flood(socket, 1, () => line('EVAL', 'return 1', '0', String(i) + MEGABYTE))),
  'long names of clients': () =>
    several(100, (socket, i) => flood(socket, 1, () => line('CLIENT', 'SETNAME', String(i) + MEGABYTE))),
  'tracked keys with long names': () =>
    several(1, async (socket) => {
      socket.write(line('HELLO', '3') + line('CLIENT', 'TRACKING', 'ON'));
      await flood(socket, 200, (i) => line('GET', String(i) + MEGABYTE));
    }),
  'users with long rules': () =>
    several(1, (socket) => flood(socket, 200, (i) => line('ACL', 'SETUSER', `u${String(i)}`, `~${MEGABYTE}`))),
};

describe('a client that sends more than there is memory', () => {
  it.each(Object.keys(FLOODS))('is refused or closed, and the process lives on: %s', async (name) => {
    await FLOODS[name]?.();
    const client = await RespClient.open(port);
    const answered = await client.command('PING');
    // A process that has ended says why.
    if (answered === undefined) throw new Error(`hung up: ${JSON.stringify((await running.ended).stderr)}`);
    expect(textOf(answered)).toBe('PONG');
    await client.command('FLUSHALL');
    for (let i = 0; i < 200; i++) client.send('ACL', 'DELUSER', `u${String(i)}`);
    for (let i = 0; i < 200; i++) await client.next();
    // The end of the others' connections may be noticed later than our commands arrive.
    await until('there is room again', async () => {
      const stored = await client.command('SET', 'k', 'v');
      if (stored === undefined) throw new Error(`hung up: ${JSON.stringify((await running.ended).stderr)}`);
      return textOf(stored) === 'OK';
    });
    client.close();
  });
});
