import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/redis-server';
import { type RunningCommand, startCommand } from '../support/cli';

const MEGABYTE = 'x'.repeat(1_000_000);

let port: number;
let running: RunningCommand;
const directory = mkdtempSync(join(tmpdir(), 'respite-rest-'));

beforeAll(async () => {
  port = await freePort();
  const set = [
    'redis.standalone.persistence.enabled=false',
    'redis.standalone.listener.port=0',
    'redis.rest.enabled=true',
    `redis.rest.port=${String(port)}`,
    'redis.rest.token=secret',
  ];
  running = startCommand(['start', '--standalone', ...set.map((one) => `--set=${one}`)], {
    cwd: directory,
    // Room for some fifty megabytes of keys and clients.
    env: { NODE_OPTIONS: '--max-old-space-size=96' },
  });
  await running.line((line) => line.includes('Ready') || line.includes('ready'));
});
afterAll(async () => {
  running.process.kill();
  await running.ended;
  rmSync(directory, { recursive: true });
});

/** Sends a request, and gives the answer before it is read. */
function posted(path: string, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: 'Bearer secret' };
    request({ port, host: '127.0.0.1', path, method: 'POST', headers }, resolve).on('error', reject).end(body);
  });
}

/** @returns status, and the beginning of the answer; that it ended early, too, is an answer */
async function asked(path: string, words: unknown): Promise<string> {
  const message = await posted(path, JSON.stringify(words));
  let text = '';
  try {
    for await (const chunk of message) if (text.length < 200) text += String(chunk);
  } catch {
    return `cut off: ${String(message.statusCode)}`;
  }
  return `${String(message.statusCode)} ${text.slice(0, 200)}`;
}

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const FLOODS: Readonly<Record<string, () => Promise<unknown>>> = {
  'long values from many at once': async () => {
    const answers = await Promise.all(times(12, (i) => asked('/', ['SET', `k${String(i)}`, MEGABYTE.repeat(10)])));
    expect(answers.filter((answer) => !answer.startsWith('200') && !answer.includes('OOM'))).toEqual([]);
  },
  'answers longer than the heap': async () => {
    await asked('/', ['SET', 'big', MEGABYTE.repeat(8)]);
    const answers = await Promise.all(times(10, () => asked('/pipeline', Array(20).fill(['GET', 'big']))));
    expect(answers.map((answer) => answer.slice(0, 3))).toEqual(Array(10).fill('413'));
  },
  'very many commands': async () => {
    expect(
      await asked(
        '/pipeline',
        times(300_000, (i) => ['SET', `k${String(i)}`, 'v']),
      ),
    ).toMatch(/^413 .*at once/);
    expect(await asked('/pipeline', Array(500_000).fill(['PING']))).toMatch(/^413 .*at once/);
    expect(await asked('/pipeline', Array(10_000_000).fill(1))).toMatch(/^413 .*at once/);
    const nested = await posted('/', '['.repeat(2_000_000) + ']'.repeat(2_000_000));
    expect(nested.resume().statusCode).toBe(413);
    expect(await asked('/multi-exec', Array(20_000).fill(['PING']))).toMatch(/^413 .*10000 commands/);
  },
  'long lists for many at once': async () => {
    for (let i = 0; i < 20; i++)
      await asked('/', ['RPUSH', 'list', ...times(1000, (j) => 'v'.repeat(500) + String(j))]);
    const answers = await Promise.all(times(20, () => asked('/', ['LRANGE', 'list', '0', '-1'])));
    expect(answers.map((answer) => answer.slice(0, 12))).toEqual(Array(20).fill('200 {"result'));
  },
  'transactions and pipelines of long lists': async () => {
    for (let i = 0; i < 100; i++)
      await asked('/', ['RPUSH', 'list', ...times(1000, (j) => 'v'.repeat(30) + String(j))]);
    const line = ['LRANGE', 'list', '0', '-1'];
    for (const path of ['/multi-exec', '/pipeline']) {
      for (const count of [20, 2000]) {
        const answers = await Promise.all(times(3, () => asked(path, Array(count).fill(line))));
        // Each list is there or was refused, or all were too long, for all answers or for who reads slowest.
        expect(answers.filter((answer) => !/^(?:200 \[|413 |cut off)/.test(answer))).toEqual([]);
      }
    }
  },
  'transactions of scripts that answer long lists': async () => {
    const line = ['EVAL', 'local t = {} for i = 1, 20000 do t[i] = i end return t', '0'];
    const answers = await Promise.all(times(3, () => asked('/multi-exec', Array(2000).fill(line))));
    expect(answers.map((answer) => answer.slice(0, 24))).toEqual(Array(3).fill('200 [{"result":[1,2,3,4,'));
  },
  'subscribers that do not read': async () => {
    const listening = await Promise.all(times(50, () => posted('/subscribe/news', '')));
    for (const message of listening) message.on('error', () => undefined).pause();
    for (let i = 0; i < 60; i++) await asked('/', ['PUBLISH', 'news', MEGABYTE]);
    for (const message of listening) message.destroy();
  },
};

describe('over HTTP, what there is no memory for', () => {
  it.each(Object.keys(FLOODS))('is refused, waits or is cut off, and the process lives on: %s', async (name) => {
    await FLOODS[name]?.();
    expect(await asked('/', ['FLUSHALL'])).toContain('OK');
    expect(await asked('/', ['SET', 'k', 'v'])).toContain('OK');
  });

  it('many short commands in one request are answered', async () => {
    const message = await posted('/pipeline', JSON.stringify(times(20_000, (i) => ['ECHO', String(i)])));
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer); // no encoding is set
    const answers = JSON.parse(Buffer.concat(chunks).toString()) as { result: string }[]; // the pipeline's
    expect(answers.map(({ result }) => result)).toEqual(times(20_000, String));
  });
});
