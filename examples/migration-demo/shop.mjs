// The application: customers ask, by HTTP, and a worker answers. Sessions, conversations, locks and the queue are in Redis, or
// where there is none, in this process.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Queue, Worker } from 'bullmq';
import { CacheBackend, createApp, LockManager, locksModule, memoryModule, MemoryStore } from 'respite';

const SESSION_SECONDS = 1800;

const app = await createApp({ modules: [memoryModule, locksModule] }).start();
const backend = app.get(CacheBackend);
const memory = app.get(MemoryStore);
const locks = app.get(LockManager);

const connection = () => ({ ...backend.redisOptions(), maxRetriesPerRequest: null });
const questions = new Queue('questions', { connection: connection() });
// Jobs of a worker that was ended are taken over after three seconds.
const settings = { concurrency: 4, lockDuration: 3000, stalledInterval: 1000 };
const worker = new Worker('questions', answer, { connection: connection(), ...settings });
for (const part of [questions, worker]) part.on('error', () => undefined); // what fails is tried again

/** Answers a question, once: who takes over from a worker that was stopped sees what that one did. */
async function answer({ id, data: { customer } }) {
  const conversation = `customer:${customer}`;
  const lock = await locks.acquire(conversation, { ttl: 5000, wait: 10_000 });
  try {
    const said = await memory.read(conversation);
    if (said.some(({ question }) => question === id)) return;
    await memory.append(conversation, [{ question: id, answer: `Yes, ${customer}.` }], { tokens: 2 });
  } finally {
    await lock.release();
  }
}

/** The session of a request, which lives for half an hour after the last one. */
async function sessionOf(request, response) {
  const [, id = randomUUID()] = /session=([\w-]+)/.exec(request.headers.cookie ?? '') ?? [];
  const replies = await backend.client
    .multi()
    .hincrby(`session:${id}`, 'requests', 1)
    .expire(`session:${id}`, SESSION_SECONDS)
    .exec();
  response.setHeader('set-cookie', `session=${id}`);
  return { requests: replies[0][1] };
}

const server = createServer(async (request, response) => {
  try {
    const { pathname, searchParams } = new URL(request.url, 'http://shop');
    const customer = searchParams.get('customer') ?? 'nobody';
    const session = await sessionOf(request, response);
    // A question that comes twice is one job.
    if (pathname === '/ask') await questions.add('question', { customer }, { jobId: searchParams.get('id') });
    const conversation = pathname === '/conversation' ? await memory.read(`customer:${customer}`) : undefined;
    response.end(JSON.stringify({ mode: backend.mode, ...session, conversation }));
  } catch (error) {
    response.writeHead(503).end(error.message);
  }
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => console.log('the shop is open'));

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    server.close();
    server.closeAllConnections();
    // After a cutover what is being written waits for ever: it must not be done later, where nobody looks any more.
    await worker.close(true);
    await app.stop({ timeoutMs: 2000 }).catch(() => undefined);
    process.exit();
  });
}
