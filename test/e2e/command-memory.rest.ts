import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningCommand, startCommand } from '../support/cli';
import { freePort } from '../support/redis-server';
import { RespClient, textOf, type WireReply } from '../support/resp-client';

let port: number;
let running: RunningCommand;
let client: RespClient;
const directory = mkdtempSync(join(tmpdir(), 'respite-commands-'));

beforeAll(async () => {
  port = await freePort();
  const set = ['redis.standalone.persistence.enabled=false', `redis.standalone.listener.port=${String(port)}`];
  running = startCommand(['start', '--standalone', ...set.map((one) => `--set=${one}`)], {
    cwd: directory,
    // Room for some fifty megabytes of keys and clients.
    env: { NODE_OPTIONS: '--max-old-space-size=96' },
  });
  await running.line((line) => line.includes(String(port)));
});
beforeEach(async () => {
  client = await RespClient.open(port);
  await client.command('FLUSHALL');
});
afterEach(() => {
  client.close();
});
afterAll(async () => {
  running.process.kill();
  await running.ended;
  rmSync(directory, { recursive: true });
});

/** Sends a command that ends no process. */
async function asked(...words: readonly string[]): Promise<WireReply> {
  const reply = await client.command(...words);
  if (reply === undefined) throw new Error(`hung up: ${JSON.stringify(running.process.exitCode)}`);
  return reply;
}

/** Fills a key, a thousand elements at a time. */
async function fill(command: readonly string[], elements: number, words: (i: number) => readonly string[]) {
  for (let i = 0; i < elements; i += 1000)
    await asked(...command, ...Array.from({ length: 1000 }, (_, j) => words(i + j)).flat());
}

/** Reads a reply of so many bytes, which is too long to be looked at. */
async function read(bytes: number, ...words: readonly string[]): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' });
  let left = bytes;
  socket.write(`*${String(words.length)}\r\n${words.map((word) => `$${String(word.length)}\r\n${word}\r\n`).join('')}`);
  for await (const chunk of socket) {
    left -= (chunk as Buffer).length; // a socket without an encoding has nothing else
    if (left <= 0) break;
  }
  expect(left).toBe(0);
}

/** Forty bytes. */
const element = (i: number) => String(i).padStart(40, 'e');

const WHOLE = ['-inf', '+inf', 'BYSCORE', 'WITHSCORES'];

/** A key that fits, and commands of which each wants more than is left. */
const GREEDY: Readonly<Record<string, readonly [() => Promise<void>, ...(readonly string[])[]]>> = {
  'a list': [
    () => fill(['RPUSH', 'k'], 600_000, (i) => [element(i)]),
    ['LRANGE', 'k', '0', '-1'],
    ['SORT', 'k', 'ALPHA'],
    ['SORT', 'k', 'ALPHA', 'STORE', 'sorted'],
    ['LPOP', 'k', '600000'],
  ],
  'a hash': [
    () => fill(['HSET', 'k'], 250_000, (i) => [String(i), element(i)]),
    ['HRANDFIELD', 'k', '-1000000', 'WITHVALUES'],
    ['HSCAN', 'k', '0', 'COUNT', '1000000'],
  ],
  'a set': [
    () => fill(['SADD', 'k'], 350_000, (i) => [element(i)]),
    ['SUNION', 'k', 'none'],
    ['SRANDMEMBER', 'k', '-1000000'],
    ['SUNIONSTORE', 'union', 'k', 'none'],
  ],
  'a sorted set': [
    () => fill(['ZADD', 'k'], 250_000, (i) => [String(i), element(i)]),
    ['ZRANGE', 'k', ...WHOLE],
    ['ZRANDMEMBER', 'k', '-1000000', 'WITHSCORES'],
    ['ZPOPMIN', 'k', '250000'],
  ],
  'no key': [
    () => Promise.resolve(),
    ['DEBUG', 'POPULATE', '10000000', 'p', '100'],
    ['SETRANGE', 'k', '500000000', 'x'],
    ['SETBIT', 'k', '4000000000', '1'],
  ],
};

describe('a command that makes more than there is memory for', () => {
  it.each(Object.keys(GREEDY))('is refused, changes nothing, and the process lives on: %s', async (name) => {
    const [prepare, ...commands] = GREEDY[name] ?? [() => Promise.resolve()];
    await prepare();
    const keys = await asked('DBSIZE');
    const bytes = await asked('MEMORY', 'USAGE', 'k');
    for (const command of commands)
      expect(await asked(...command)).toEqual({
        type: '-',
        value: 'OOM what the command makes does not fit into the memory of this process.',
      });
    expect(await asked('DBSIZE')).toEqual(keys);
    expect(await asked('MEMORY', 'USAGE', 'k')).toEqual(bytes);
  });

  it('is refused among others of a stream, and in a transaction', async () => {
    const id = await asked('EVAL', "for i = 1, 300000 do redis.call('XADD', 'k', '*', 'f', i) end return 1", '0');
    expect(id).toEqual({ type: ':', value: '1' });
    for (let i = 0; i < 3; i++) expect(textOf(await asked('XRANGE', 'k', '-', '+'))).toMatch(/^OOM what/);
    await asked('MULTI');
    for (let i = 0; i < 100; i++) await asked('XRANGE', 'k', '-', '+', 'COUNT', '20000');
    const { value } = await asked('EXEC');
    if (typeof value === 'string') throw new Error(value);
    expect(value).toHaveLength(100);
    expect(value.filter(({ type }) => type === '-').length).toBeGreaterThan(0);
    expect(textOf(await asked('PING'))).toBe('PONG');
  });

  it('is refused where replies that wait for each other fill the memory, and what frees some is not', async () => {
    await asked('SET', 'k', 'v');
    client.send('MULTI');
    const script = "return string.rep('x', 100000) .. ARGV[1]";
    for (let i = 0; i < 2000; i++) client.send('EVAL', script, '0', String(i));
    client.send('DEL', 'k');
    client.send('EXEC');
    for (let i = 0; i < 2002; i++) await client.next();
    const value = (await client.next())?.value;
    if (value === undefined || typeof value === 'string') throw new Error(value);
    expect(value.map(({ type }) => type).join('')).toMatch(/^\$+-+:$/);
    expect(value.at(-1)).toEqual({ type: ':', value: '1' });
    expect(value.at(-2)?.value).toMatch(/^OOM what the command makes/);
  });

  it('answers a part of a large key all the same', async () => {
    await fill(['RPUSH', 'k'], 600_000, (i) => [element(i)]);
    expect((await asked('LRANGE', 'k', '0', '99')).value).toHaveLength(100);
    expect(textOf(await asked('LPOP', 'k'))).toBe(element(0));
  });
});

describe('a long reply', () => {
  it('of long strings takes no room in the heap while it is read', async () => {
    for (let i = 0; i < 180; i++) await asked('RPUSH', 'k', 'x'.repeat(131_000));
    await read('*180\r\n'.length + 180 * ('$131000\r\n'.length + 131_000 + 2), 'LRANGE', 'k', '0', '-1');
  });

  it('of short ones either', async () => {
    await fill(['SADD', 'k'], 200_000, (i) => [element(i)]);
    for (let i = 0; i < 3; i++) await read('*200000\r\n'.length + 200_000 * ('$40\r\n'.length + 42), 'SMEMBERS', 'k');
  });

  it('that nobody reads costs its client the connection, nobody else anything', async () => {
    await asked('SET', 'k', 'x'.repeat(1_000_000));
    const idle = await RespClient.open(port);
    const closed = new Promise<void>((resolve) => {
      idle.socket.once('close', () => {
        resolve();
      });
    });
    idle.socket.pause();
    idle.send('MGET', ...Array.from({ length: 1000 }, () => 'k'));
    // Heard of once it reads: what had left by then is a small part of it.
    expect(textOf(await asked('PING'))).toBe('PONG');
    idle.socket.resume();
    await closed;
    expect(textOf(await asked('STRLEN', 'k'))).toBe('1000000');
  });
});

it('what functions keep in variables leaves less room for keys', async () => {
  const library = `#!lua name=keeper
    local kept = {}
    redis.register_function('keep', function(_, args)
      for i = 1, 10000 do kept[#kept + 1] = args[1] .. i end
      return #kept
    end)`;
  expect(textOf(await asked('FUNCTION', 'LOAD', library))).toBe('keeper');
  for (let i = 0; i < 60; i++) await asked('FCALL', 'keep', '0', `${String(i)} ${'x'.repeat(20)}`);
  let stored = 0;
  for (; stored < 60_000; stored++)
    if (textOf(await asked('SET', `key:${String(stored)}`, `${String(stored)} ${'x'.repeat(1000)}`)) !== 'OK') break;
  expect(stored).toBeGreaterThan(1000);
  await asked('FUNCTION', 'FLUSH');
  await asked('FLUSHALL');
  expect(textOf(await asked('SET', 'key', 'value'))).toBe('OK');
});
