import { contract, useServers } from './harness';
import { ORACLE } from '../support/oracle';
import { RespClient, type WireReply } from '../support/resp-client';

const servers = useServers();

/** Microseconds since the epoch. */
function microseconds(reply: WireReply | undefined): number {
  const [seconds, micros] = (reply?.value ?? []) as readonly { readonly value: string }[];
  return Number(seconds?.value) * 1_000_000 + Number(micros?.value);
}

describe('TIME', () => {
  it('never goes back, and never names another millisecond than the clock', async () => {
    const client = await RespClient.open(servers().listener.port ?? 0);
    let last = 0;
    for (let i = 0; i < 50; i++) {
      for (let j = 0; j < 200; j++) client.send('TIME');
      for (let j = 0; j < 200; j++) {
        const before = microseconds(await client.next());
        expect(before).toBeGreaterThanOrEqual(last);
        last = before;
      }
    }
    const earlier = Date.now();
    const time = microseconds(await client.command('TIME')) / 1000;
    const later = Date.now();
    expect(Math.floor(time)).toBeGreaterThanOrEqual(earlier);
    expect(Math.floor(time)).toBeLessThanOrEqual(later);
    client.close();
  });

  contract(
    'moves on while a script runs, before 7.2',
    [['EVAL', "local a, b = redis.call('TIME') repeat b = redis.call('TIME') until b[2] ~= a[2] return 'moved'", 0]],
    { versions: ['7.0'] },
  );

  const BUSY = "local n = redis.call('TIME')[2] for i = 1, 100000 do n = n + i end";

  contract(
    'stands still while a script runs',
    [
      [
        'EVAL',
        `local a = redis.call('TIME') ${BUSY} local b = redis.call('TIME') return a[1] == b[1] and a[2] == b[2]`,
        0,
      ],
    ],
    { versions: ['8.0'] },
  );

  (ORACLE >= '7.2' ? it : it.skip)('stands still while a transaction runs', async () => {
    const { real, listener } = servers();
    for (const port of [real.port, listener.port ?? 0]) {
      const client = await RespClient.open(port);
      for (const line of [['MULTI'], ['TIME'], ['EVAL', `${BUSY} return 1`, '0'], ['TIME']])
        await client.command(...line);
      const reply = await client.command('EXEC');
      const [first, , last] = (reply?.value ?? []) as readonly WireReply[];
      expect(microseconds(first)).toBe(microseconds(last));
      expect(microseconds(await client.command('TIME'))).toBeGreaterThan(microseconds(last));
      client.close();
    }
  });
});

describe('CLIENT UNPAUSE', () => {
  it('is answered, and its transaction is over, before what waited runs', async () => {
    const { real, listener } = servers();
    for (const port of [real.port, listener.port ?? 0]) {
      const [ending, waiting] = [await RespClient.open(port), await RespClient.open(port)];
      await ending.command('FLUSHALL');
      await ending.command('HELLO', '3');
      await ending.command('CONFIG', 'SET', 'notify-keyspace-events', 'KEA');
      await ending.command('SUBSCRIBE', '__keyevent@0__:set');
      await ending.command('CLIENT', 'PAUSE', '100000', 'WRITE');
      waiting.send('SET', 'k', 'late');
      for (;;) {
        const info = await ending.command('INFO', 'clients');
        if (typeof info?.value === 'string' && info.value.includes('blocked_clients:1')) break;
      }
      await ending.command('MULTI');
      await ending.command('CLIENT', 'UNPAUSE');
      await ending.command('GET', 'k');
      const replies = [await ending.command('EXEC'), await ending.next()];
      expect(replies).toEqual([
        {
          type: '*',
          value: [
            { type: '+', value: 'OK' },
            { type: 'null', value: '_' },
          ],
        },
        expect.objectContaining({ type: '>' }),
      ]);
      expect(await waiting.next()).toEqual({ type: '+', value: 'OK' });
      await ending.command('CONFIG', 'SET', 'notify-keyspace-events', '');
      ending.close();
      waiting.close();
    }
  });
});

contract('CLIENT INFO and CLIENT LIST in a transaction show it', [
  ['MULTI'],
  ['CLIENT', 'INFO'],
  ['CLIENT', 'LIST'],
  // Ids, addresses and sizes are of each server's own; the fields are the same.
  { run: ['EXEC'], compare: 'shape' },
]);

it('CLIENT INFO in a transaction counts its commands', async () => {
  const { real, listener } = servers();
  const shown = [];
  for (const port of [real.port, listener.port ?? 0]) {
    const client = await RespClient.open(port);
    client.send('MULTI');
    client.send('CLIENT', 'INFO');
    client.send('EXEC');
    await client.next();
    await client.next();
    const reply = JSON.stringify(await client.next());
    shown.push([/flags=\S+/.exec(reply)?.[0], /multi=\S+/.exec(reply)?.[0], /cmd=\S+/.exec(reply)?.[0]]);
    client.close();
  }
  expect(shown[1]).toEqual(shown[0]);
});

it('MONITOR shows a client its own command behind the reply', async () => {
  const { real, listener } = servers();
  const heard = [];
  for (const port of [real.port, listener.port ?? 0]) {
    const client = await RespClient.open(port);
    client.send('MONITOR');
    client.send('PING');
    client.send('ECHO', 'x');
    const replies = [];
    for (let i = 0; i < 5; i++) replies.push(JSON.stringify(await client.next()).replace(/\d+\.\d+ \[\d+ \S+\]/, 'at'));
    heard.push(replies);
    client.close();
  }
  expect(heard[1]).toEqual(heard[0]);
});
