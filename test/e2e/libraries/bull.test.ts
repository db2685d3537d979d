import Bull from 'bull';
import { Closing } from '../../support/closing';
import { inEveryPlace } from './places';

const closing = new Closing();
afterEach(() => closing.all());

inEveryPlace((place) => {
  const open = async (settings: Bull.AdvancedSettings = {}): Promise<Bull.Queue<{ n: number }>> => {
    const queue = new Bull<{ n: number }>('jobs', { redis: place().redisOptions(), settings });
    closing.add(queue, (opened) => opened.close());
    return queue.isReady();
  };

  it('jobs are processed with results, by priority and after their delay', async () => {
    const queue = await open();
    const low = await queue.add({ n: 1 }, { priority: 9 });
    const high = await queue.add({ n: 2 }, { priority: 1 });
    const later = await queue.add({ n: 3 }, { delay: 100 });
    const order: number[] = [];
    void queue.process(async ({ data }) => order.push(data.n));
    expect(await Promise.all([low, high, later].map((job) => job.finished() as Promise<number>))).toEqual([2, 1, 3]); // what the processor returns
    expect(order).toEqual([2, 1, 3]);
    expect(await queue.getJobCounts()).toMatchObject({ waiting: 0, active: 0, completed: 3, failed: 0, delayed: 0 });
  });

  it('failures are retried, and the last one is kept', async () => {
    const queue = await open();
    void queue.process(async ({ attemptsMade }) => {
      throw new Error(`attempt ${String(attemptsMade + 1)}`);
    });
    const job = await queue.add({ n: 1 }, { attempts: 2, backoff: 10 });
    await expect(job.finished()).rejects.toThrow('attempt 2');
    expect((await queue.getFailed()).map(({ failedReason }) => failedReason)).toEqual(['attempt 2']);
  });
});
