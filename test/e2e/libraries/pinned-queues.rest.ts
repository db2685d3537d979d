import * as flowise from 'bullmq-flowise';
import * as medusa from 'bullmq-medusa';
import { until } from '../../support/until';
import { Closing } from '../../support/closing';
import { connectionOptions } from './bullmq-connection';
import { inEveryPlace } from './places';

const closing = new Closing();
afterEach(() => closing.all());

/** The versions of BullMQ that products pin. */
const PINS: readonly (readonly [string, typeof flowise])[] = [
  ['BullMQ 5.45.2, as Flowise 3.1', flowise],
  ['BullMQ 5.13.0, as Medusa 2.21', medusa as unknown as typeof flowise], // what is used here is the same in both
];

describe.each(PINS)('%s', (_, { FlowProducer, Queue, QueueEvents, Worker }) => {
  inEveryPlace((place) => {
    // BullMQ 6 describes them with types that 5 does not know; they are ioredis' options in all.
    const connection = () => connectionOptions(place().redisOptions()) as unknown as flowise.ConnectionOptions;
    const queueOf = (name: string) =>
      closing.add(new Queue(name, { connection: connection() }), (queue) => queue.close());

    it('jobs are done, delayed, tried again, repeated, and removed as they are told to be', async () => {
      const queue = queueOf('jobs');
      const events = closing.add(new QueueEvents('jobs', { connection: connection(), lastEventId: '0' }), (opened) =>
        opened.close(),
      );
      await events.waitUntilReady();
      const seen: string[] = [];
      const worker = new Worker(
        'jobs',
        async (job) => {
          seen.push(`${job.name}:${String(job.attemptsMade)}`);
          if (job.name === 'fails once' && job.attemptsMade === 0) throw new Error('once');
          if (job.name === 'fails') throw new Error('always');
          return job.data as unknown;
        },
        { connection: connection(), concurrency: 3 },
      );
      closing.add(worker, (opened) => opened.close());
      const plain = await queue.add('plain', { n: 1 });
      expect(await plain.waitUntilFinished(events)).toEqual({ n: 1 });
      const late = await queue.add('late', 'x', { delay: 30 });
      expect(await late.waitUntilFinished(events)).toBe('x');
      const again = await queue.add('fails once', 'y', { attempts: 3, backoff: { type: 'fixed', delay: 10 } });
      expect(await again.waitUntilFinished(events)).toBe('y');
      const failing = await queue.add('fails', {}, { attempts: 2, removeOnFail: false });
      await expect(failing.waitUntilFinished(events)).rejects.toThrow('always');
      expect(await failing.getState()).toBe('failed');
      await queue.add('repeated', {}, { repeat: { every: 40 } });
      await until('it came twice', async () => seen.filter((name) => name.startsWith('repeated')).length > 1);
      // As versions before 5.16 know it.
      const repeated = await queue.repeat;
      const [repeatable] = await repeated.getRepeatableJobs();
      await repeated.removeRepeatableByKey(repeatable?.key ?? '');
      expect(await repeated.getRepeatableJobs()).toEqual([]);
      // Once it is done it is gone, and then there is nothing that one could wait for.
      const gone = await queue.add('gone', {}, { removeOnComplete: true });
      await until('it has come', () => Promise.resolve(seen.some((name) => name.startsWith('gone'))));
      await until('it is removed', async () => (await queue.getJob(gone.id ?? '')) === undefined);
    });

    it('a flow waits for its children, whose results it gets', async () => {
      const flow = closing.add(new FlowProducer({ connection: connection() }), (opened) => opened.close());
      const events = closing.add(new QueueEvents('parents', { connection: connection(), lastEventId: '0' }), (opened) =>
        opened.close(),
      );
      await events.waitUntilReady();
      const child = new Worker('children', async (job) => Number(job.data), { connection: connection() });
      closing.add(child, (opened) => opened.close());
      const parent = new Worker(
        'parents',
        async (job) => Object.values(await job.getChildrenValues<number>()).reduce((sum, each) => sum + each, 0),
        { connection: connection() },
      );
      closing.add(parent, (opened) => opened.close());
      const { job } = await flow.add({
        name: 'sum',
        queueName: 'parents',
        children: [1, 2, 3].map((data) => ({ name: 'part', data, queueName: 'children' })),
      });
      expect(await job.waitUntilFinished(events)).toBe(6);
    });
  });
});
