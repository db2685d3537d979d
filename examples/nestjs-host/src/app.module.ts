import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import type { ConnectionOptions } from 'bullmq';
import { CacheBackend, streamingModule } from 'respite';
import { RespiteModule } from 'respite/nestjs';
import { HealthController } from './health.controller';
import { ReportsModule } from './reports/reports.module';

@Module({
  imports: [
    // Where Redis is, ./respite.yaml and the environment say.
    RespiteModule.forRoot({ modules: [streamingModule] }),
    BullModule.forRootAsync({
      inject: [CacheBackend.id],
      useFactory: (cache: CacheBackend) => ({
        // BullMQ describes ioredis' options with types of its own.
        connection: { ...cache.redisOptions(), maxRetriesPerRequest: null } as ConnectionOptions,
      }),
    }),
    ReportsModule,
  ],
  controllers: [HealthController],
})
export class AppModule {}
