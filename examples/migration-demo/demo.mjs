// Moves the shop to a Redis, and back, while customers ask.
import { Customers } from './customers.mjs';
import { endAll, freePort, start } from './processes.mjs';

const QUESTIONS = 100;
const DATA = './respite-data';
const respite = [
  'node_modules/respite/dist/cli.js',
  'migrate',
  '--data-dir',
  DATA,
  '--live',
  '--cutover',
  '--verify',
  '--json',
];

const port = await freePort();
const redisPort = await freePort();
const redisUrl = `redis://127.0.0.1:${redisPort}`;
const serve = (env) => start('the shop is open', process.execPath, ['shop.mjs'], { PORT: String(port), ...env });
const standalone = {
  RESPITE_MODE: 'standalone',
  RESPITE_REDIS_STANDALONE_PERSISTENCE_ENABLED: 'true',
  RESPITE_REDIS_STANDALONE_PERSISTENCE_DATA_DIR: DATA,
};
const distributed = { RESPITE_MODE: 'distributed', RESPITE_REDIS_ADDR: `127.0.0.1:${redisPort}` };

/** Runs `respite migrate` up to its cutover. */
async function move(...args) {
  const move = await start('"cutover"', process.execPath, [...respite, ...args]);
  const { pauseMs } = JSON.parse(move.said);
  console.error(`writers waited ${pauseMs} ms until the target had everything`);
  return move;
}

try {
  const redis = await start('Ready to accept', 'redis-server', ['--port', String(redisPort), '--save', '']);
  const first = await serve(standalone);
  const customers = new Customers(`http://127.0.0.1:${port}`);
  await customers.further(QUESTIONS);
  console.log('standalone: customers ask');

  const there = await move('--to', redisUrl);
  await first.stop();
  if ((await there.ended) !== 0) throw new Error('the move to the Redis failed');
  const second = await serve(distributed);
  await customers.further(QUESTIONS);
  console.log('on the Redis: customers ask');

  const back = await move('--from', redisUrl, '--replace', '--prune');
  if ((await back.ended) !== 0) throw new Error('the move back failed');
  await second.stop();
  const third = await serve(standalone);
  await redis.stop();
  await customers.further(QUESTIONS);
  console.log('standalone again: customers ask');

  const { asked, answeredOnce, lostSessions } = await customers.finish();
  console.error(`${asked} questions`);
  console.log(`not answered once: ${asked - answeredOnce}, sessions lost: ${lostSessions}`);
  await third.stop();
} finally {
  endAll();
}
