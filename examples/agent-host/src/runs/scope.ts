import type { Workflow } from '../definitions/workflow';
import type { Scope } from './expressions';
import type { Run } from './run';

/** What expressions of a run may name, as of now. Steps that were left out have the output null. */
export function scopeOf(run: Run): Scope {
  const steps = Object.entries(run.outcomes).map(([id, { status, output = null, error = null }]) => [
    id,
    { status, output, error },
  ]);
  return { input: run.input, steps: Object.fromEntries(steps), run: { id: run.id, owner: run.owner } };
}

/** What a run answers when its workflow does not say: what the last of its steps that was done did. */
export function lastOutput({ steps }: Workflow, run: Run): unknown {
  const last = steps.findLast(({ id }) => run.outcomes[id]?.status === 'done');
  return last === undefined ? null : run.outcomes[last.id]?.output;
}
