import { Injectable } from '@nestjs/common';
import { TaskConfigStore } from 'respite';
import { InjectRespite } from 'respite/nestjs';
import type { RunPlan } from './run';

/** How many are remembered; a plan never changes. */
const REMEMBERED = 1000;

/** What each run goes by. It is kept from the beginning, so that editing a workflow changes the next run and not this one. */
@Injectable()
export class RunPlans {
  private readonly remembered = new Map<string, RunPlan>();

  constructor(@InjectRespite(TaskConfigStore) private readonly tasks: TaskConfigStore) {}

  async save(run: string, plan: RunPlan): Promise<void> {
    await this.tasks.save(run, plan);
    this.remember(run, plan);
  }

  /** @returns `undefined` when it was kept for too short (retention.tasks) */
  async get(run: string): Promise<RunPlan | undefined> {
    const known = this.remembered.get(run);
    if (known !== undefined) return known;
    const plan = (await this.tasks.get(run)) as RunPlan | undefined; // what save wrote
    if (plan !== undefined) this.remember(run, plan);
    return plan;
  }

  private remember(run: string, plan: RunPlan): void {
    if (this.remembered.size >= REMEMBERED) this.remembered.clear();
    this.remembered.set(run, plan);
  }
}
