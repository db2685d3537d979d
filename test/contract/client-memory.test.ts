import { RespClient, textOf } from '../support/resp-client';
import { until } from '../support/until';
import { useServers } from './harness';

const servers = useServers();

const LONG = 'y'.repeat(1000);

function line(...words: readonly string[]): string {
  return `*${String(words.length)}\r\n${words.map((word) => `$${String(word.length)}\r\n${word}\r\n`).join('')}`;
}

/** What a client has sent, and the fields of CLIENT LIST that say so. */
const CASES = {
  'half of a command of many words': [
    `*20000\r\n$4\r\nMSET\r\n${'$10\r\naaaaaaaaaa\r\n'.repeat(10_000)}`,
    { 'argv-mem': '100004' },
  ],
  'half of a long word': [`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000\r\n${'x'.repeat(50_000)}`, { qbuf: '50000' }],
  'queued commands': [line('MULTI') + line('SET', 'k', LONG).repeat(1000), { 'multi-mem': '1028000' }],
  'queued commands without arguments': [line('MULTI') + line('PING').repeat(1000), { 'multi-mem': '12000' }],
  'a command that waits': [
    line('BLPOP', ...Array.from({ length: 1000 }, (_, i) => `${String(i)}${LONG}`), '0'),
    { 'argv-mem': '1002896' },
  ],
  'commands behind one that waits': [line('BLPOP', 'q', '0') + line('SET', 'k', LONG).repeat(100), { qbuf: '102900' }],
} as const;

const LONG_TEXT = 'y'.repeat(3_000_000);

/** What stays of a client that has gone. */
const KEPT = {
  'names of clients in SLOWLOG': {
    kept: [
      ['CONFIG', 'SET', 'slowlog-log-slower-than', '0'],
      ['CLIENT', 'SETNAME', LONG_TEXT],
      ['CONFIG', 'SET', 'slowlog-log-slower-than', '10000'],
    ],
    restored: [['SLOWLOG', 'RESET']],
  },
  'texts of CONFIG': {
    kept: [['CONFIG', 'SET', 'masterauth', LONG_TEXT]],
    restored: [['CONFIG', 'SET', 'masterauth', '']],
  },
} as const;

async function ask(observer: RespClient, ...words: readonly string[]): Promise<string> {
  return textOf(await observer.command(...words));
}

describe('CLIENT LIST and used_memory', () => {
  it.each(Object.keys(CASES))('count %s', async (name) => {
    const [bytes, fields] = CASES[name as keyof typeof CASES];
    const { real, listener } = servers();
    for (const port of [real.port, listener.port ?? 0]) {
      const observer = await RespClient.open(port);
      const client = await RespClient.open(port);
      const id = textOf(await client.command('CLIENT', 'ID'));
      const used = async () => Number(/used_memory:(\d+)/.exec(await ask(observer, 'INFO', 'memory'))?.[1]);
      const before = await used();
      client.sendRaw(bytes);
      await until(`${name} is shown`, async () => {
        const shown = await ask(observer, 'CLIENT', 'LIST', 'ID', id);
        return Object.entries(fields).every(([field, value]) => shown.includes(` ${field}=${value} `));
      });
      const expected = Object.values(fields).reduce((sum, value) => sum + Number(value), 0);
      expect((await used()) - before).toBeGreaterThanOrEqual(expected);
      client.close();
      observer.close();
    }
  });

  it.each(Object.keys(KEPT))('count %s', async (name) => {
    const { kept, restored } = KEPT[name as keyof typeof KEPT];
    const { real, listener } = servers();
    for (const port of [real.port, listener.port ?? 0]) {
      const observer = await RespClient.open(port);
      const client = await RespClient.open(port);
      const used = async () => Number(/used_memory:(\d+)/.exec(await ask(observer, 'INFO', 'memory'))?.[1]);
      const before = await used();
      for (const command of kept) expect(textOf(await client.command(...command))).toBe('OK');
      client.close();
      await until('the client has gone', async () => !(await ask(observer, 'CLIENT', 'LIST')).includes('name=yyyy'));
      expect((await used()) - before).toBeGreaterThan(0.9 * LONG_TEXT.length);
      for (const command of restored) await observer.command(...command);
      expect((await used()) - before).toBeLessThan(0.1 * LONG_TEXT.length);
      observer.close();
    }
  });
});
