import { Injectable } from '@nestjs/common';
import { AgentsService } from '../agents/agents.service';
import type { Step } from '../definitions/workflow';
import { HostError } from '../errors/host-error';
import { ToolsService } from '../tools/tools.service';
import { fill } from './expressions';
import type { Run } from './run';
import { scopeOf } from './scope';

const DEFAULT_TIMEOUT_MS = 60_000;

/** Does what a step says. */
@Injectable()
export class StepRunner {
  constructor(
    private readonly agents: AgentsService,
    private readonly tools: ToolsService,
  ) {}

  /**
   * @param signal aborted when the host stops
   * @returns what the step answers
   * @throws HostError whatever went wrong, `STEP_TIMED_OUT` among it
   */
  async run(step: Step, run: Run, signal: AbortSignal): Promise<unknown> {
    const timeoutMs = step.timeout ?? DEFAULT_TIMEOUT_MS;
    if (step.tool !== undefined) {
      const args = fill(step.with ?? {}, scopeOf(run)) as Record<string, unknown>; // of an object comes an object
      return this.tools.call(step.tool, args, { signal, timeoutMs });
    }
    if (step.agent !== undefined) return this.ask(step.agent, step, run, within(signal, timeoutMs, step.id));
    return null; // a wait, whose job was delayed
  }

  private async ask(
    agent: string,
    step: Step,
    run: Run,
    { signal, late }: ReturnType<typeof within>,
  ): Promise<unknown> {
    const { prompt, conversation } = fill(
      { prompt: step.prompt, conversation: step.conversation },
      scopeOf(run),
    ) as Record<string, unknown>;
    const question = {
      agent,
      owner: run.owner,
      prompt: String(prompt),
      turn: `${run.id}.${step.id}`,
      expect: step.expect ?? 'text',
      ...(conversation !== undefined && { conversation: String(conversation) }),
    };
    return Promise.race([this.agents.ask(question, signal), late]);
  }
}

/** A signal that is aborted after a time, and a promise that fails then: not everything that is asked listens. */
function within(outer: AbortSignal, ms: number, step: string): { signal: AbortSignal; late: Promise<never> } {
  const limit = AbortSignal.timeout(ms);
  const signal = AbortSignal.any([outer, limit]);
  const late = new Promise<never>((_, reject) => {
    const fail = (): void => {
      reject(
        limit.aborted
          ? new HostError('STEP_TIMED_OUT', `The step "${step}" took longer than ${ms} ms: raise its timeout.`)
          : (outer.reason as Error),
      );
    };
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
  late.catch(() => undefined); // when the answer came first nobody waits for it
  return { signal, late };
}
