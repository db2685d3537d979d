import { once } from 'node:events';
import BeeQueue from 'bee-queue';
import { Closing } from '../../support/closing';
import { overSockets } from './places';

const closing = new Closing();
afterEach(() => closing.all());

overSockets((place) => {
  const open = async (settings: BeeQueue.QueueSettings = {}): Promise<BeeQueue> => {
    const queue = new BeeQueue('jobs', { redis: { url: place().url }, activateDelayedJobs: true, ...settings });
    closing.add(queue, (opened) => opened.close(0));
    await queue.ready();
    return queue;
  };

  it('jobs are processed by another queue object, which reports progress and results', async () => {
    const [producer, consumer] = [await open({ isWorker: false }), await open()];
    consumer.process(async (job: BeeQueue.Job<{ n: number }>) => {
      job.reportProgress(50);
      return job.data.n * 2;
    });
    const job = producer.createJob({ n: 21 });
    const progress = once(job, 'progress');
    const succeeded = once(job, 'succeeded');
    await job.save();
    expect([await progress, await succeeded]).toEqual([[50], [42]]);
    expect(await producer.checkHealth()).toMatchObject({ waiting: 0, active: 0, succeeded: 1, failed: 0 });
  });

  it('jobs are retried, and delayed ones wait', async () => {
    const queue = await open();
    let attempts = 0;
    queue.process(async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('once more');
      return Date.now();
    });
    const due = Date.now() + 100;
    const job = queue.createJob({}).retries(2).delayUntil(due);
    const retrying = once(job, 'retrying') as Promise<[Error]>; // its only argument
    const succeeded = once(job, 'succeeded') as Promise<[number]>; // as above
    await job.save();
    expect((await retrying)[0].message).toBe('once more');
    expect((await succeeded)[0]).toBeGreaterThanOrEqual(due);
  });
});
