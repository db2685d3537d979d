import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  type ConnectionOptions,
  FlowProducer,
  type Processor,
  Queue,
  QueueEvents,
  UnrecoverableError,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { connectionOptions } from './bullmq-connection';
import { Closing } from '../../support/closing';
import { inEveryPlace, type Place } from './places';

const closing = new Closing();
afterEach(() => closing.all());

interface JobData {
  readonly n: number;
  readonly text: string;
}

/** What a test works with: a queue, its events, and workers where it wants them. */
interface Bench {
  readonly queue: Queue<Partial<JobData>>;
  readonly events: QueueEvents;
  worker(processor: Processor<JobData> | string, options?: Partial<WorkerOptions>): Worker;
}

async function bench({ redisOptions }: Place): Promise<Bench> {
  const connection = () => connectionOptions(redisOptions());
  const queue = closing.add(new Queue<Partial<JobData>>('jobs', { connection: connection() }), (opened) =>
    opened.close(),
  );
  const events = closing.add(new QueueEvents('jobs', { connection: connection(), lastEventId: '0' }), (opened) =>
    opened.close(),
  );
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  return {
    queue,
    events,
    worker: (processor, options) =>
      closing.add(new Worker('jobs', processor, { connection: connection(), ...options }), (opened) => opened.close()),
  };
}

/** Resolves with the results by job name once `count` jobs are completed, in the order of completion. */
function completed(worker: Worker, count: number): Promise<[string, unknown][]> {
  const results: [string, unknown][] = [];
  return new Promise((resolve) => {
    worker.on('completed', (job, result: unknown) => {
      if (results.push([job.name, result]) === count) resolve(results);
    });
  });
}

/** Resolves with the arguments of a worker's next event. */
const next = async (worker: Worker, event: string): Promise<unknown[]> => once(worker, event) as Promise<unknown[]>; // once() is typed any[]

inEveryPlace((place) => {
  it('jobs added one by one and in bulk are processed by concurrent workers, with results and progress', async () => {
    const { queue, events, worker } = await bench(place());
    const progress = once(events, 'progress') as Promise<[{ data: unknown }]>; // its only argument
    const processed = worker(
      async (job) => {
        await job.updateProgress({ at: job.data.n });
        return job.data.n * 2;
      },
      { concurrency: 5 },
    );
    const all = completed(processed, 21);
    const first = await queue.add('one', { n: 1, text: 'caf\u00e9 \u{1f600}' });
    expect(await first.waitUntilFinished(events)).toBe(2);
    await queue.addBulk(Array.from({ length: 20 }, (_, n) => ({ name: `bulk ${String(n)}`, data: { n } })));
    expect((await all).map(([, result]) => result).sort((a, b) => Number(a) - Number(b))).toEqual(
      [2, ...Array.from({ length: 20 }, (_, n) => 2 * n)].sort((a, b) => a - b),
    );
    expect((await progress)[0]).toMatchObject({ jobId: first.id, data: { at: 1 } });
    expect(await queue.getJobCounts('waiting', 'active', 'completed', 'failed')).toEqual({
      waiting: 0,
      active: 0,
      completed: 21,
      failed: 0,
    });
    expect((await queue.getJob(first.id ?? ''))?.data).toEqual({ n: 1, text: 'caf\u00e9 \u{1f600}' });
  });

  it('events of a job arrive in their order', async () => {
    const { queue, events, worker } = await bench(place());
    const seen: string[] = [];
    for (const event of ['added', 'waiting', 'active', 'completed'] as const) events.on(event, () => seen.push(event));
    const drained = once(events, 'drained');
    const finished = once(events, 'completed');
    worker(async () => 'done');
    await queue.add('job', {});
    await Promise.all([finished, drained]);
    expect(seen).toEqual(['added', 'waiting', 'active', 'completed']);
  });

  it('delayed jobs wait for their time', async () => {
    const { queue, events, worker } = await bench(place());
    const later = await queue.add('later', {}, { delay: 150 });
    expect(await queue.getDelayedCount()).toBe(1);
    expect(await later.getState()).toBe('delayed');
    worker(async (job) => Date.now() - job.timestamp);
    expect(await later.waitUntilFinished(events)).toBeGreaterThanOrEqual(145);
    expect(await queue.getDelayedCount()).toBe(0);
  });

  it('priorities, LIFO and custom ids decide the order and what is a duplicate', async () => {
    const { queue, worker } = await bench(place());
    await queue.add('low', {}, { priority: 10 });
    await queue.add('high', {}, { priority: 1 });
    await queue.add('plain', {}, { jobId: 'custom' });
    await queue.add('again', {}, { jobId: 'custom' });
    await queue.add('last in', {}, { lifo: true });
    expect(await queue.getJobCounts('waiting', 'prioritized')).toEqual({ waiting: 2, prioritized: 2 });
    const order = await completed(
      worker(async (job) => job.id),
      4,
    );
    expect(order.map(([name]) => name)).toEqual(['last in', 'plain', 'high', 'low']);
  });

  it('failures are retried with back-off, and the last one is kept with its reason', async () => {
    const { queue, events, worker } = await bench(place());
    worker(async (job) => {
      if (job.name === 'hopeless') throw new UnrecoverableError('no use');
      if (job.attemptsMade < 2) throw new Error(`attempt ${String(job.attemptsMade + 1)}`);
      return job.attemptsMade;
    });
    const stubborn = await queue.add('stubborn', {}, { attempts: 3, backoff: { type: 'exponential', delay: 10 } });
    expect(await stubborn.waitUntilFinished(events)).toBe(2);
    const short = await queue.add('short', {}, { attempts: 2, backoff: 5 });
    await expect(short.waitUntilFinished(events)).rejects.toThrow('attempt 2');
    const hopeless = await queue.add('hopeless', {}, { attempts: 5 });
    await expect(hopeless.waitUntilFinished(events)).rejects.toThrow('no use');
    const failed = await queue.getFailed();
    expect(failed.map(({ name, failedReason, attemptsMade }) => [name, failedReason, attemptsMade])).toEqual([
      ['hopeless', 'no use', 1],
      ['short', 'attempt 2', 2],
    ]);
    await failed[1]?.retry();
    await expect(short.waitUntilFinished(events)).resolves.toBe(2);
  });

  it('a flow runs children first and gives their results to the parent', async () => {
    const { worker, events } = await bench(place());
    const flows = closing.add(new FlowProducer({ connection: connectionOptions(place().redisOptions()) }), (opened) =>
      opened.close(),
    );
    worker(async (job) => {
      if (job.name === 'child') return job.data.n;
      return Object.values(await job.getChildrenValues<number>()).reduce((sum, n) => sum + n, 0);
    });
    const children = [1, 2, 3].map((n) => ({ name: 'child', queueName: 'jobs', data: { n } }));
    const grandparent = { name: 'sum', queueName: 'jobs', children: [{ name: 'sum', queueName: 'jobs', children }] };
    const tree = await flows.add(grandparent);
    expect(await tree.job.getState()).toBe('waiting-children');
    expect(await tree.job.waitUntilFinished(events)).toBe(6);
    expect(await tree.job.getDependenciesCount()).toEqual({ processed: 1, unprocessed: 0, failed: 0, ignored: 0 });
  });

  it('a scheduler repeats a job until its limit', async () => {
    const { queue, worker } = await bench(place());
    await queue.upsertJobScheduler('clock', { every: 40, limit: 3 }, { name: 'tick', data: { text: 'template' } });
    expect(await queue.getJobSchedulersCount()).toBe(1);
    const runs = completed(
      worker(async (job) => job.data.text),
      3,
    );
    expect(await runs).toEqual([
      ['tick', 'template'],
      ['tick', 'template'],
      ['tick', 'template'],
    ]);
    await queue.removeJobScheduler('clock');
    expect(await queue.getJobSchedulersCount()).toBe(0);
    await queue.upsertJobScheduler('nightly', { pattern: '0 3 * * *' }, { name: 'night' });
    expect(await queue.getDelayedCount()).toBe(1);
  });

  it('a rate limit holds jobs back', async () => {
    const { queue, worker } = await bench(place());
    await queue.addBulk([1, 2, 3].map((n) => ({ name: String(n), data: {} })));
    // When the server hands a job out is not when the worker begins with it: the distance of two beginnings says nothing,
    // that of each from the moment before the first could be handed out does.
    const begin = Date.now();
    const times = await completed(
      worker(async () => Date.now() - begin, { limiter: { max: 1, duration: 60 } }),
      3,
    );
    const [, second = 0, third = 0] = times.map(([, time]) => Number(time));
    expect(second).toBeGreaterThanOrEqual(60);
    expect(third).toBeGreaterThanOrEqual(120);
  });

  it('a queue is paused, resumed, cleaned and obliterated', async () => {
    const { queue, events, worker } = await bench(place());
    worker(async () => 1);
    await queue.pause();
    const job = await queue.add('job', {});
    expect(await queue.isPaused()).toBe(true);
    expect(await queue.getJobCounts('waiting', 'completed')).toEqual({ waiting: 1, completed: 0 });
    await queue.resume();
    await job.waitUntilFinished(events);
    expect(await queue.clean(0, 10, 'completed')).toEqual([job.id]);
    await queue.pause();
    await queue.add('kept', {});
    await queue.obliterate();
    expect(await place().backend.client.keys('bull:jobs:*')).toEqual([]);
  });

  it('a client of ours can be handed over instead of options', async () => {
    const connection = place().connection('blocking') as unknown as ConnectionOptions; // see connectionOptions
    const queue = closing.add(new Queue('handed', { connection }), (opened) => opened.close());
    const worker = closing.add(new Worker('handed', async () => 'ok', { connection }), (opened) => opened.close());
    const all = completed(worker, 1);
    await queue.add('job', {});
    expect(await all).toEqual([['job', 'ok']]);
    const clients = await queue.getWorkers();
    expect(clients).toHaveLength(1);
  });

  it.each([
    ['a child process', false],
    ['a worker thread', true],
  ])('a sandboxed processor runs in %s', async (_, useWorkerThreads) => {
    const { queue, events, worker } = await bench(place());
    worker(join(__dirname, 'bullmq-processor.js'), { useWorkerThreads });
    const job = await queue.add('job', { n: 20 });
    expect(await job.waitUntilFinished(events)).toEqual({ doubled: 40 });
    expect((await queue.getJob(job.id ?? ''))?.progress).toBe(50);
  });

  it('jobs of a killed worker process are found stalled and processed by another', async () => {
    const { queue, events, worker } = await bench(place());
    const child = program('victim', place().url);
    const active = once(events, 'active');
    const job = await queue.add('job', {});
    await active;
    child.process.kill('SIGKILL');
    await child.ended;
    const stalled = once(events, 'stalled') as Promise<[{ jobId: string }]>; // its only argument
    worker(async () => 'rescued', { stalledInterval: 50 });
    expect((await stalled)[0].jobId).toBe(job.id);
    expect(await job.waitUntilFinished(events)).toBe('rescued');
    expect((await queue.getJob(job.id ?? ''))?.stalledCounter).toBe(1);
  });

  it('an idle worker keeps its process alive, and close() lets it end', async () => {
    const { line, ended } = program('idle', place().backend.mode === 'standalone' ? 'in-process' : place().url);
    // The timer it waits by keeps no process alive.
    expect(await line('waited')).toBe('waited 300 ms');
    expect(await ended).toBe(0);
  });

  it('a worker that is closed lets its job finish first', async () => {
    const { queue, worker } = await bench(place());
    let finish = (): void => undefined;
    const release = new Promise<void>((resolve) => (finish = resolve));
    const busy = worker(async () => release.then(() => 'finished'));
    const active = next(busy, 'active');
    const job = await queue.add('job', {});
    await active;
    const closed = busy.close();
    finish();
    await closed;
    expect(await job.getState()).toBe('completed');
  });
});

interface Program {
  readonly process: ChildProcess;
  line(start: string): Promise<string>;
  readonly ended: Promise<number | null>;
}

/** Starts `bullmq-program.ts`, which ends by itself or is killed at the end of the test. */
function program(...args: readonly string[]): Program {
  const runner = join(__dirname, '../../support/run-ts.js');
  const child = spawn(process.execPath, [runner, join(__dirname, 'bullmq-program.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  closing.add(child, (started) => started.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const line = (start: string): Promise<string> =>
    new Promise((resolve, reject) => {
      lines.on('line', (text) => {
        if (text.startsWith(start)) resolve(text);
      });
      void ended.then((code) => {
        reject(new Error(`the program ended with ${String(code)}`));
      });
    });
  return { process: child, line, ended };
}
