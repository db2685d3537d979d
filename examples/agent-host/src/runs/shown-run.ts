import type { Run, RunPlan } from './run';

/** A run as it is answered: its steps in the order of its workflow. */
export function shownRun(run: Run, plan: RunPlan | undefined): Record<string, unknown> {
  const { outcomes, progress, signals, ...rest } = run;
  const ids = plan?.definition.steps.map(({ id }) => id) ?? Object.keys(outcomes);
  const steps = ids.map((id) => ({ id, ...(outcomes[id] ?? progress[id] ?? { status: 'pending' }) }));
  return { ...rest, signals: Object.keys(signals), steps };
}
