import { EventEmitter, once } from 'node:events';
import { CacheBackend, createApp } from '../../../../src';
import { hasEnded, OpenClients } from '../../../../src/modules/cache/open-clients';
import { startRedisServer } from '../../../support/redis-server';

class Client extends EventEmitter {
  status = 'ready';
  isCluster = false;
}

it('names those that are open, also while they end, and those that opened again', () => {
  const clients = new OpenClients<Client>(hasEnded);
  const all = Array.from({ length: 100 }, () => new Client());
  for (const [i, client] of all.entries()) {
    clients.add(client);
    if (i % 10 !== 0) client.status = 'end';
  }
  expect([...clients]).toEqual(all.filter((_, i) => i % 10 === 0));
  let ended = 0;
  for (const client of clients) {
    client.status = 'end';
    ended += 1;
  }
  expect([ended, [...clients]]).toEqual([10, []]);
  const [first] = all;
  if (first === undefined) throw new Error('there are a hundred');
  first.status = 'connecting';
  clients.add(first);
  expect([...clients]).toEqual([first]);
});

it('knows a Cluster that has ended by its event: its status may say something else by then', () => {
  const clients = new OpenClients<Client>(hasEnded);
  const cluster = Object.assign(new Client(), { isCluster: true });
  for (let i = 0; i < 2; i++) {
    for (let attempt = 0; attempt < 3; attempt++) clients.add(cluster);
    expect([cluster.listenerCount('end'), [...clients]]).toEqual([1, [cluster]]);
    cluster.emit('end');
    cluster.status = 'close';
    expect([...clients]).toEqual([]);
  }
});

it.each(['standalone', 'distributed'] as const)(
  'a program may remove all listeners of its clients (%s)',
  async (mode) => {
    const server = await startRedisServer();
    const redis = mode === 'standalone' ? {} : { url: `redis://127.0.0.1:${String(server.port)}` };
    const app = await createApp({
      config: { mode, redis, log: { level: 'silent' } },
      configFile: false,
      env: {},
    }).start();
    const [one, two] = [1, 2].map(() => app.get(CacheBackend).connection('commands'));
    if (one === undefined || two === undefined) throw new Error('two were made');
    await Promise.all([once(one, 'ready'), once(two, 'ready')]);
    expect(one.listenerCount('end')).toBe(0);
    for (const client of [one, two]) client.removeAllListeners();
    await one.quit();
    await app.stop();
    expect([one.status, two.status]).toEqual(['end', 'end']);
    await server.stop();
  },
);
