import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { Queue, Worker } from 'bullmq';
import express from 'express';
import { CacheBackend, createApp } from 'respite';

const app = await createApp().start();
const connection = { ...app.get(CacheBackend).redisOptions(), maxRetriesPerRequest: null };

const queue = new Queue('mails', { connection });
const worker = new Worker('mails', send, { connection, concurrency: 5 });

/** Fails the first time for some, as mail servers do. */
async function send(job) {
  if (job.data.to.startsWith('busy') && job.attemptsMade === 0) throw new Error('try again later');
  await job.updateProgress(100);
  return `sent to ${job.data.to}`;
}

const board = new ExpressAdapter();
board.setBasePath('/queues');
createBullBoard({ queues: [new BullMQAdapter(queue)], serverAdapter: board });

const server = express()
  .use('/queues', board.getRouter())
  .post('/mails/:to', async ({ params }, response) => {
    const job = await queue.add('welcome', { to: params.to }, { attempts: 3, backoff: { type: 'fixed', delay: 100 } });
    response.json({ id: job.id });
  })
  .get('/mails', async (_, response) => {
    const done = await queue.getJobs(['completed'], 0, -1, true);
    response.json(done.map(({ returnvalue, attemptsMade }) => `${returnvalue}, attempt ${attemptsMade}`));
  })
  .listen(3000, '127.0.0.1', () => console.log('ready on http://127.0.0.1:3000/queues'));

/** First who brings work, then who does it, then the Redis, which writes a last snapshot. */
async function stop() {
  server.close();
  server.closeAllConnections();
  await worker.close();
  await queue.close();
  await app.stop();
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());
