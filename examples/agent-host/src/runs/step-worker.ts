import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { type Job, Worker } from 'bullmq';
import { CacheBackend } from 'respite';
import { InjectRespite } from 'respite/nestjs';
import type { Step } from '../definitions/workflow';
import { describe, isStorageFailure } from '../errors/describe';
import { HostError } from '../errors/host-error';
import { SETTINGS, type Settings } from '../settings/settings';
import { Advance } from './advance';
import { RunPlans } from './plans';
import type { Outcome, Run } from './run';
import { RunsStore } from './runs.store';
import { connectionOf, type StepJob, StepQueue, STEPS } from './step-queue';
import { StepRunner } from './step-runner';
import { Sweeper } from './sweeper';

/** How long a stop waits for steps that are being done; what is left, the next start takes over. */
const GRACE_MS = 10_000;

/** Does steps, one job each, and takes their runs further. */
@Injectable()
export class StepWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Steps');
  private readonly stopping = new AbortController();
  private worker: Worker<StepJob> | undefined;

  constructor(
    @InjectRespite(CacheBackend) private readonly cache: CacheBackend,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly store: RunsStore,
    private readonly plans: RunPlans,
    private readonly queue: StepQueue,
    private readonly runner: StepRunner,
    private readonly advance: Advance,
    private readonly sweeper: Sweeper,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { concurrency, takeover } = this.settings.runs;
    this.worker = new Worker<StepJob>(STEPS, (job) => this.process(job), {
      connection: connectionOf(this.cache),
      concurrency,
      // A process that died in the middle of a step counts as dead after this, however often it happens.
      lockDuration: takeover,
      stalledInterval: takeover,
      maxStalledCount: 1_000_000,
    });
    this.worker.on('error', (failure) => this.logger.error(failure.message));
    await this.queue.sweepEvery(takeover);
  }

  async beforeApplicationShutdown(): Promise<void> {
    const grace = setTimeout(() => this.stopping.abort(new Error('the host stops')), GRACE_MS);
    const cut = new Promise((resolve) => this.stopping.signal.addEventListener('abort', resolve));
    await Promise.race([this.worker?.close(), cut]);
    clearTimeout(grace);
    if (this.stopping.signal.aborted) await this.worker?.close(true);
  }

  private async process(job: Job<StepJob>): Promise<void> {
    if (job.data.run === '') return this.sweeper.sweep();
    const run = await this.store.load(job.data.run);
    const step = (await this.plans.get(job.data.run))?.definition.steps.find(({ id }) => id === job.data.step);
    if (run?.status !== 'running' || step === undefined) return;
    // Whoever did it died before the run went on, or a signal came twice.
    const isOver = run.outcomes[step.id] !== undefined || (await this.attempt(job, step, run));
    if (isOver) await this.advance.advance(run.id);
  }

  /** @returns whether the step has an outcome now */
  private async attempt(job: Job<StepJob>, step: Step, run: Run): Promise<boolean> {
    const attempt = job.attemptsMade + 1;
    const settle = (outcome: Omit<Outcome, 'attempts' | 'at'>): Promise<boolean> =>
      this.store.settle(run, step.id, { ...outcome, attempts: attempt, at: Date.now() });
    try {
      if (step.signal !== undefined) return await this.await(step, step.signal, run, job.data.late === true);
      if (step.wait === undefined) await this.store.note(run, step.id, { status: 'running', attempt });
      const output = await this.runner.run(step, run, this.stopping.signal);
      await settle({ status: 'done', output });
      return true;
    } catch (failure) {
      if (this.stopping.signal.aborted || isStorageFailure(failure)) throw failure;
      const error = problemOf(failure);
      if (attempt < (job.opts.attempts ?? 1)) {
        await this.store.note(run, step.id, { status: 'retrying', attempt, error });
        throw failure; // BullMQ tries again, after the pause the step asks for
      }
      await settle({ status: 'failed', error });
      return true;
    }
  }

  /** Written down first, looked for second: a signal that comes in between is seen by one of the two. */
  private async await(step: Step, signal: string, run: Run, late: boolean): Promise<boolean> {
    if (run.progress[step.id] === undefined) {
      await this.store.note(run, step.id, { status: 'waiting', attempt: 1 });
      if (step.timeout !== undefined) await this.queue.again(run.id, step.id, 'late', step.timeout);
    }
    const { signals = {} } = (await this.store.load(run.id)) ?? {};
    if (signal in signals)
      return this.store.settle(run, step.id, { status: 'done', output: signals[signal], attempts: 1, at: Date.now() });
    if (late)
      throw new HostError('SIGNAL_TIMED_OUT', `The signal "${signal}" did not come within ${String(step.timeout)} ms.`);
    return false;
  }
}

function problemOf(failure: unknown): ReturnType<typeof describe>['problem'] {
  const { problem } = describe(failure);
  return problem.code === 'INTERNAL' ? { ...problem, code: 'STEP_FAILED' } : problem;
}
