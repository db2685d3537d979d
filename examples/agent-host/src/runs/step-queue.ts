import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type ConnectionOptions, type JobsOptions, Queue } from 'bullmq';
import { CacheBackend } from 'respite';
import { InjectRespite } from 'respite/nestjs';
import type { Step } from '../definitions/workflow';

export const STEPS = 'agent-host-steps';
const SWEEP = 'sweep';

/** What a worker is told: a step of a run; no run, to look after all of them; `late`, that a signal has not come in time. */
export interface StepJob {
  readonly run: string;
  readonly step: string;
  readonly late?: true;
}

/** Steps as jobs of BullMQ. A step that is queued already is not queued again: its job's id is its name. */
@Injectable()
export class StepQueue implements OnModuleDestroy {
  private readonly queue: Queue<StepJob>;

  constructor(@InjectRespite(CacheBackend) cache: CacheBackend) {
    this.queue = new Queue(STEPS, {
      connection: connectionOf(cache),
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.queue.close();
  }

  async add(run: string, steps: readonly Step[]): Promise<void> {
    const jobs = steps.map((step) => ({
      name: step.id,
      data: { run, step: step.id },
      opts: { jobId: `${run}.${step.id}`, ...optionsOf(step) },
    }));
    if (jobs.length > 0) await this.queue.addBulk(jobs);
  }

  /** Looks at a step again, beside what is queued: a signal has come, or has not come in time. */
  async again(run: string, step: string, why: 'signal' | 'late', delay = 0): Promise<void> {
    const data: StepJob = { run, step, ...(why === 'late' && { late: true }) };
    await this.queue.add(step, data, { jobId: `${run}.${step}.${why}`, delay });
  }

  /** Once for all processes, however many ask. */
  async sweepEvery(ms: number): Promise<void> {
    await this.queue.upsertJobScheduler(SWEEP, { every: ms }, { name: SWEEP, data: { run: '', step: '' } });
  }
}

function optionsOf({ wait, retry }: Step): JobsOptions {
  return {
    ...(wait !== undefined && { delay: wait }),
    attempts: retry?.attempts ?? 1,
    ...(retry && { backoff: { type: retry.backoff, delay: retry.delay } }),
  };
}

/** BullMQ describes ioredis' options with types of its own. */
export function connectionOf(cache: CacheBackend): ConnectionOptions {
  return { ...cache.redisOptions(), maxRetriesPerRequest: null } as ConnectionOptions;
}
