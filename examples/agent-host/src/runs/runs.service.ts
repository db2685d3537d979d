import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DefinitionsService } from '../definitions/definitions.service';
import { workflowSchema } from '../definitions/workflow';
import { HostError } from '../errors/host-error';
import { LimitsService } from '../users/limits.service';
import type { User } from '../users/users.service';
import { Advance } from './advance';
import { RunPlans } from './plans';
import type { Run, RunPlan } from './run';
import { RunsStore } from './runs.store';
import { StepQueue } from './step-queue';

type Input = Readonly<Record<string, unknown>>;

/** What users do with runs. Whatever they ask for of somebody else's is not there. */
@Injectable()
export class RunsService {
  constructor(
    private readonly store: RunsStore,
    private readonly plans: RunPlans,
    private readonly queue: StepQueue,
    private readonly advance: Advance,
    private readonly definitions: DefinitionsService,
    private readonly limits: LimitsService,
  ) {}

  /**
   * Starts a workflow.
   * @param id the same id starts one run, however often it is started
   * @throws HostError `DEFINITION_UNKNOWN`, `INPUT_REJECTED`, `LIMIT_RATE`, `LIMIT_ACTIVE`
   */
  async start(user: User, name: string, input: Input, id: string = randomUUID()): Promise<Run> {
    const { definition, etag } = await this.definitions.get('workflows', name);
    const missing = definition.input.filter((each) => input[each] === undefined);
    if (missing.length > 0) {
      throw new HostError(
        'INPUT_REJECTED',
        `The workflow "${name}" needs ${missing.join(', ')}: send them in the input.`,
      );
    }
    return this.begin(user, { definition, etag }, input, id);
  }

  /** Asks an agent: a run of one step. */
  async ask(user: User, agent: string, prompt: string, conversation?: string): Promise<Run> {
    await this.definitions.get('agents', agent);
    const step = {
      id: 'answer',
      agent,
      prompt: '${input.prompt}',
      ...(conversation !== undefined && { conversation: '${input.conversation}' }),
    };
    const definition = workflowSchema.parse({ name: agent, steps: [step] });
    const input = { prompt, ...(conversation !== undefined && { conversation }) };
    return this.begin(user, { definition, etag: '' }, input, randomUUID());
  }

  /** @throws HostError `RUN_UNKNOWN` */
  async get(user: User, id: string): Promise<Run> {
    const run = await this.store.load(id);
    if (run?.owner === user.name) return run;
    throw new HostError(
      'RUN_UNKNOWN',
      `You have no run "${id}": list yours with GET /runs. What has ended is kept for a while only.`,
    );
  }

  list(user: User, limit: number): Promise<Run[]> {
    return this.store.list(user.name, limit);
  }

  /**
   * Sends a signal; the first of its name counts, and it may come before its step does.
   * @throws HostError `RUN_UNKNOWN`, `RUN_ENDED`, `SIGNAL_UNKNOWN`
   */
  async signal(user: User, id: string, signal: string, payload: unknown): Promise<void> {
    await this.running(user, id);
    const steps = ((await this.plans.get(id))?.definition.steps ?? []).filter((step) => step.signal === signal);
    if (steps.length === 0)
      throw new HostError('SIGNAL_UNKNOWN', `No step of the run waits for "${signal}": write one its workflow names.`);
    const run = await this.running(user, id);
    await this.store.signal(run, signal, payload);
    const { progress } = await this.running(user, id);
    for (const { id: step } of steps.filter((each) => progress[each.id] !== undefined))
      await this.queue.again(id, step, 'signal');
  }

  /** Ends a run; steps that are being done are not waited for, and what they answer is not kept. */
  async cancel(user: User, id: string): Promise<Run> {
    await this.store.finish(await this.running(user, id), 'cancelled', {});
    return this.get(user, id);
  }

  /** Starts a run again: its workflow as it is now, with the same input. */
  async again(user: User, id: string): Promise<Run> {
    const { workflow, input } = await this.get(user, id);
    return this.start(user, workflow, input);
  }

  private async begin(user: User, plan: RunPlan, input: Input, id: string): Promise<Run> {
    await this.limits.countStart(user);
    const allowed = this.limits.active(user);
    // The plan first: a run without one could not go on.
    await this.plans.save(id, plan);
    const run = { id, owner: user.name, workflow: plan.definition.name, input, created: Date.now() };
    if ((await this.store.create(run, allowed)) === 'too many') {
      throw new HostError(
        'LIMIT_ACTIVE',
        `"${user.name}" may have ${allowed} runs at once: wait until one has ended, or cancel one.`,
      );
    }
    await this.advance.advance(id);
    return this.get(user, id);
  }

  private async running(user: User, id: string): Promise<Run> {
    const run = await this.get(user, id);
    if (run.status !== 'running')
      throw new HostError('RUN_ENDED', `The run "${id}" is ${run.status}: start another one.`);
    return run;
  }
}
