/** Starts two workers of node:cluster, each with an application of its own, and reports what became of them. */
const cluster = require('node:cluster');

const config = JSON.parse(process.argv[2]);

function runPrimary() {
  const outcomes = [];
  cluster.setupPrimary({ args: process.argv.slice(2) });
  for (let i = 0; i < 2; i++) {
    cluster.fork().on('message', (outcome) => {
      outcomes.push(outcome);
      if (outcomes.length === 2) process.send(outcomes);
    });
  }
  process.on('message', () => {
    cluster.disconnect(() => process.disconnect());
  });
}

async function runWorker() {
  const { createApp, CacheBackend } = require('../..');
  const app = createApp({ config, env: {} });
  try {
    await app.start();
    const { listenerUrl } = app.get(CacheBackend);
    process.send({ url: listenerUrl ?? 'in process' });
  } catch (failure) {
    const { code, message } = failure.cause ?? failure;
    process.send({ code, message });
  }
  process.on('disconnect', () => void app.stop());
}

if (cluster.isPrimary) runPrimary();
else void runWorker();
