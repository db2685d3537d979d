import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { FlowProducer, Queue, QueueEvents, Worker } from 'bullmq';
import { CacheBackend } from 'respite';
import { RespiteModule } from 'respite/nestjs';

export async function work(backend: CacheBackend): Promise<void> {
  const connection = backend.redisOptions();
  const queue = new Queue<{ to: string }>('mails', { connection });
  const events = new QueueEvents('mails', { connection });
  const worker = new Worker<{ to: string }>('mails', async (job) => job.data.to, {
    connection: { ...connection, maxRetriesPerRequest: null },
  });
  const flows = new FlowProducer({ connection });
  const shared = new Queue('mails', { connection: backend.client });
  const blocking = new Worker('mails', null, { connection: backend.connection('blocking') });
  for (const opened of [queue, events, worker, flows, shared, blocking]) await opened.close();
}

@Module({
  imports: [
    RespiteModule.forRoot({ config: { mode: 'standalone' } }),
    BullModule.forRootAsync({
      inject: [CacheBackend.id],
      useFactory: (cache: CacheBackend) => ({ connection: cache.redisOptions() }),
    }),
    BullModule.registerQueue({ name: 'mails' }),
  ],
})
export class AppModule {}
