import { CacheBackend, type ChangeSet } from '../../../../../src';
import { createTestApp } from '../../../../../src/testing';

const shown = ({ changes, dropped }: ChangeSet) => [
  dropped,
  ...changes.map(({ database, command, args }) => `${String(database)} ${[command, ...args.map(String)].join(' ')}`),
];

it('tells what changed, what belongs together at once, until it is ended', async () => {
  const app = await createTestApp().start();
  const backend = app.get(CacheBackend);
  await backend.client.set('before', '1');
  const ending = new AbortController();
  const changes = backend.changes?.({ signal: ending.signal });
  if (changes === undefined) throw new Error('no changes');
  await backend.client.incrbyfloat('n', 0.5);
  await backend.client.multi().lpush('l', 'a').lpop('l').exec();
  await backend.client.get('n');
  await backend.client.publish('channel', 'message');
  await backend.client.set('last', 'é');
  const told: unknown[] = [];
  for await (const set of changes) {
    told.push(shown(set));
    if (set.changes[0]?.args[0]?.toString() === 'last') ending.abort();
  }
  expect(told).toEqual([
    [0, '0 SET n 0.5 KEEPTTL'],
    [0, '0 LPUSH l a', '0 LPOP l'],
    [0, '0 SET last é'],
  ]);
  await app.stop();
});

it('counts what a slow reader misses', async () => {
  const app = await createTestApp().start();
  const backend = app.get(CacheBackend);
  const following = backend.changes?.({ bufferSize: 2 });
  for (let i = 0; i < 5; i++) await backend.client.set(`k${String(i)}`, '1');
  const first = await following?.next();
  await backend.client.set('after', '1');
  const others = [await following?.next(), await following?.next()];
  expect([first, ...others].map((each) => shown(each?.value as ChangeSet))).toEqual([
    [0, '0 SET k0 1'],
    [0, '0 SET k1 1'],
    [3, '0 SET after 1'],
  ]);
  await following?.return?.();
  await app.stop();
});
