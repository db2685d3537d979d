import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type RunningCommand, startCommand } from '../../support/cli';
import { LiveWriters } from '../../support/live-writers';
import { PrivatePlace, stop } from '../../support/private-place';
import { type RedisServer, startRedisServer } from '../../support/redis-server';

const guide = readFileSync(join(__dirname, '../../../docs/guides/migrate-standalone-to-distributed.md'), 'utf8');
const commands = [...guide.matchAll(/```console\nrespite (.*)\n```/g)].map(([, command]) => command ?? '');

let place: PrivatePlace;
let server: RedisServer;
let redis: Redis;
let client: Redis | undefined;
beforeAll(async () => {
  place = new PrivatePlace();
  server = await startRedisServer({ args: ['--repl-diskless-sync-delay', '0'] });
  redis = new Redis(server.port, server.host, { retryStrategy: null });
  redis.on('error', () => undefined); // the server ends
});
afterAll(async () => {
  redis.disconnect();
  client?.disconnect();
  await server.stop();
  await place.remove();
});

/** A command of the guide, with these arguments besides. */
function run(command: string | undefined, ...more: string[]): RunningCommand {
  const real = (command ?? '').replaceAll('redis.example:6379', `${server.host}:${String(server.port)}`);
  return startCommand([...real.split(' '), ...more], { cwd: place.cwd, env: { TMPDIR: place.tmp } });
}

it('a live move there and back is as the guide says, each of its commands', async () => {
  const [there, abort, back, ...others] = commands;
  expect(others).toEqual([]);
  const owner = await place.start('--data-dir', './app');
  client = new Redis(owner.url, { retryStrategy: null });
  client.on('error', () => undefined); // its process ends
  await client.set('greeting', 'hello');
  const writers = new LiveWriters(client);
  const aborted = run(there);
  await aborted.line((line) => line.startsWith('Writers of'));
  expect(await run(abort).ended).toMatchObject({ code: 0, stderr: '' });
  expect(await aborted.ended).toMatchObject({ code: 1 });
  const move = run(there, '--replace', '--prune');
  await move.line((line) => line.startsWith('Writers of'));
  await stop(owner);
  expect(await move.ended).toMatchObject({ code: 0 });
  await writers.stop();
  expect(Number(await redis.get('counter'))).toBe(writers.acknowledged);
  const wayBack = run(back);
  await wayBack.line((line) => line.startsWith('Writers of'));
  expect(await wayBack.ended).toMatchObject({ code: 0 });
  const digest = await redis.call('DEBUG', 'DIGEST');
  const again = await place.start('--data-dir', './app');
  client.disconnect();
  client = new Redis(again.url);
  expect(await client.call('DEBUG', 'DIGEST')).toBe(digest);
});
