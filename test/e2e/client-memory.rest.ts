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

/** Parameters that take any text. */
const CONFIG_TEXTS = [
  'ca-cert-dir',
  'ca-cert-file',
  'cert-file',
  'ciphers',
  'ciphersuites',
  'dh-params-file',
  'key-file',
]
  .map((name) => `tls-${name}`)
  .concat('masterauth', 'masteruser', 'replica-announce-ip');

/** Sends texts of some length, two hundred megabytes in all. */
type TextFlood = (text: string, times: number) => Promise<void>;

const TEXT_FLOODS: Readonly<Record<string, TextFlood>> = {
  'a command of many arguments': (text, times) =>
    several(1, async (socket) => {
      socket.write(`*${String(2 * times + 1)}\r\n$4\r\nMSET\r\n`);
      const length = String(text.length);
      await flood(socket, times, (i) => `$6\r\nk${String(100_000 + i).slice(1)}\r\n$${length}\r\n${text}\r\n`);
    }),
  'values and names of keys': (text, times) =>
    several(1, (socket) => flood(socket, times / 2, (i) => line('SET', String(i) + text, String(i) + text))),
  'watched keys': (text, times) => several(1, (socket) => flood(socket, times, (i) => line('WATCH', String(i) + text))),
  subscriptions: (text, times) =>
    several(1, (socket) => flood(socket, times, (i) => line('SUBSCRIBE', String(i) + text))),
  'waiting for keys': (text, times) =>
    several(times / 2, (socket, i) => flood(socket, 1, () => line('BLPOP', String(i) + text, '0'))),
  'commands that were run, of clients that stay': (text, times) =>
    several(times / 2, (socket, i) => flood(socket, 1, () => line('SET', 'same', String(i) + text))),
  'scripts that were run, of clients that stay': (text, times) =>
    several(times / 2, (socket, i) => flood(socket, 1, () => line('EVAL', 'return 1', '0', String(i) + text))),
  'names of clients': (text, times) =>
    several(times / 2, (socket, i) => flood(socket, 1, () => line('CLIENT', 'SETNAME', String(i) + text))),
  'what was slow, by clients with names': async (text, times) => {
    await several(1, async (socket) => {
      socket.write(line('CONFIG', 'SET', 'slowlog-log-slower-than', '0', 'slowlog-max-len', '10000'));
      await flood(socket, times, (i) => line('CLIENT', 'SETNAME', String(i) + text) + line('PING'));
    });
    const client = await RespClient.open(port);
    await client.command('SLOWLOG', 'RESET');
    await client.command('CONFIG', 'SET', 'slowlog-log-slower-than', '10000');
    client.close();
  },
  'tracked keys': (text, times) =>
    several(1, async (socket) => {
      socket.write(line('HELLO', '3') + line('CLIENT', 'TRACKING', 'ON'));
      await flood(socket, times, (i) => line('GET', String(i) + text));
    }),
  'rules of users': (text, times) =>
    several(1, (socket) => flood(socket, times, (i) => line('ACL', 'SETUSER', `u${String(i)}`, `~${text}`))),
};

const FLOODS: Record<string, () => Promise<void>> = {
  'a value larger than the heap': () =>
    several(1, async (socket) => {
      socket.write('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$200000000\r\n');
      await flood(socket, 200, () => MEGABYTE);
      await flood(socket, 1, () => '\r\n');
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
  'long texts of CONFIG': async () => {
    await several(1, (socket) =>
      flood(socket, CONFIG_TEXTS.length, (i) => line('CONFIG', 'SET', CONFIG_TEXTS[i] ?? '', MEGABYTE.repeat(10))),
    );
    const client = await RespClient.open(port);
    for (const name of CONFIG_TEXTS) await client.command('CONFIG', 'SET', name, '');
    client.close();
  },
};

/** The second takes more of V8's heap than it is long. */
for (const length of [1_000_000, 131_000]) {
  const text = 'x'.repeat(length);
  const times = Math.ceil(200_000_000 / length);
  for (const [name, act] of Object.entries(TEXT_FLOODS))
    FLOODS[`${name}, of ${String(length)} bytes`] = () => act(text, times);
}

describe('a client that sends more than there is memory', () => {
  it.each(Object.keys(FLOODS))('is refused or closed, and the process lives on: %s', async (name) => {
    await FLOODS[name]?.();
    const client = await RespClient.open(port);
    const answered = await client.command('PING');
    // A process that has ended says why.
    if (answered === undefined) throw new Error(`hung up: ${JSON.stringify((await running.ended).stderr)}`);
    expect(textOf(answered)).toBe('PONG');
    await client.command('FLUSHALL');
    const users = Array.from({ length: 1600 }, (_, i) => `u${String(i)}`);
    await client.command('ACL', 'DELUSER', ...users);
    // The end of the others' connections may be noticed later than our commands arrive.
    await until('there is room again', async () => {
      const stored = await client.command('SET', 'k', 'v');
      if (stored === undefined) throw new Error(`hung up: ${JSON.stringify((await running.ended).stderr)}`);
      return textOf(stored) === 'OK';
    });
    client.close();
  });
});
