import { Injectable } from '@nestjs/common';
import type { Step, Workflow } from '../definitions/workflow';
import { describe } from '../errors/describe';
import { fill, holds } from './expressions';
import { RunPlans } from './plans';
import type { Outcome, Run } from './run';
import { RunsStore } from './runs.store';
import { lastOutput, scopeOf } from './scope';
import { StepQueue } from './step-queue';

/**
 * Takes a run as far as it goes without waiting for anybody: queues what is ready, leaves out what is not wanted, writes
 * down what is only written, ends what is over.
 * It may be called at any time, by any process, as often as one likes: what was done already is not done again. So whoever
 * dies in between leaves nothing behind that the next call does not pick up.
 */
@Injectable()
export class Advance {
  constructor(
    private readonly store: RunsStore,
    private readonly plans: RunPlans,
    private readonly queue: StepQueue,
  ) {}

  async advance(id: string): Promise<void> {
    for (;;) {
      const run = await this.store.load(id);
      const plan = await this.plans.get(id);
      if (run?.status !== 'running' || plan === undefined) return;
      const { steps } = plan.definition;
      const error = steps
        .filter(({ on_error }) => on_error === 'fail')
        .flatMap(({ id: step }) => run.outcomes[step]?.error ?? [])[0];
      if (error !== undefined) return void (await this.store.finish(run, 'failed', { error }));
      const open = steps.filter((step) => run.outcomes[step.id] === undefined);
      if (open.length === 0) return void (await this.end(plan.definition, run));
      const ready = open.filter(({ needs }) => needs.every((need) => run.outcomes[need] !== undefined));
      const wanted = await this.sift(run, ready);
      // Something is over, so that more may be ready.
      if (wanted.length < ready.length) continue;
      await this.queue.add(id, wanted);
      return;
    }
  }

  /** @returns the steps that have to be done; the others have an outcome afterwards */
  private async sift(run: Run, ready: readonly Step[]): Promise<Step[]> {
    const wanted: Step[] = [];
    for (const step of ready) {
      const decided = decide(step, run);
      if (decided === undefined) wanted.push(step);
      else await this.store.settle(run, step.id, { ...decided, attempts: 0, at: Date.now() });
    }
    return wanted;
  }

  private async end(workflow: Workflow, run: Run): Promise<void> {
    try {
      const output = workflow.output === undefined ? lastOutput(workflow, run) : fill(workflow.output, scopeOf(run));
      await this.store.finish(run, 'done', { output });
    } catch (failure) {
      const { problem } = describe(failure);
      if (problem.code !== 'EXPRESSION_FAILED') throw failure;
      await this.store.finish(run, 'failed', { error: problem });
    }
  }
}

/** What needs no doing: a step that is left out, or that only answers what is written. */
function decide(step: Step, run: Run): Pick<Outcome, 'status' | 'output' | 'error'> | undefined {
  const scope = scopeOf(run);
  try {
    if (!holds(step.if, scope)) return { status: 'skipped' };
    return step.set === undefined ? undefined : { status: 'done', output: fill(step.set, scope) };
  } catch (failure) {
    const { problem } = describe(failure);
    if (problem.code !== 'EXPRESSION_FAILED') throw failure;
    return { status: 'failed', error: problem };
  }
}
