import { z } from 'zod';
import { duration } from '../settings/duration';
import { count, name, text, toolName } from './parts';

const KINDS = ['agent', 'tool', 'signal', 'wait', 'set'] as const;

const anything = z.unknown();
const values = z.record(z.string(), anything, { error: 'write names and values' });

const step = z
  .strictObject({
    id: name,
    // What the step does: one of these.
    agent: name.optional(),
    tool: toolName.optional(),
    signal: name.optional(),
    wait: duration.optional(),
    set: anything.optional(),
    /** For an agent: what to say, in which conversation (none: nothing is remembered), and whether JSON must come back. */
    prompt: text.optional(),
    conversation: text.optional(),
    expect: z.enum(['text', 'json'], { error: 'write text or json' }).optional(),
    /** For a tool: its arguments. */
    with: values.optional(),
    /** The steps it comes after. Default: the one above. `[]` begins at once, beside the others. */
    needs: z.array(name, { error: 'write a list of steps, such as [outline]' }).optional(),
    /** An expression; the step is left out when it is false. */
    if: z.union([text, z.boolean()]).optional(),
    retry: z
      .strictObject({
        attempts: count.min(1, 'write 1 or more').max(100, 'write 100 at most'),
        delay: duration.prefault('1s'),
        /** Each pause is so many times as long as the one before. */
        backoff: z.enum(['fixed', 'exponential'], { error: 'write fixed or exponential' }).default('exponential'),
      })
      .optional(),
    /** How long one attempt may take; of a signal, how long it is waited for (default: as long as the run may take). */
    timeout: duration.optional(),
    /** Whether a step that failed for good ends the run. */
    on_error: z.enum(['fail', 'continue'], { error: 'write fail or continue' }).default('fail'),
  })
  .superRefine((given, context) => {
    const does = KINDS.filter((kind) => given[kind] !== undefined);
    if (does.length !== 1) {
      const found = does.length === 0 ? 'does nothing' : `is ${does.join(' and ')} at once`;
      context.addIssue({ code: 'custom', message: `the step ${found}: write one of ${KINDS.join(', ')}` });
    }
    if (given.agent !== undefined && given.prompt === undefined) {
      context.addIssue({ code: 'custom', message: 'an agent needs words: write "prompt: ..."' });
    }
  });

/** A workflow: steps, what they need of each other, and what comes out. */
export const workflowSchema = z
  .strictObject({
    name,
    description: text.default(''),
    /** What a run must be given. */
    input: z.array(name, { error: 'write a list of names, such as [topic]' }).default([]),
    steps: z.array(step, { error: 'write a list of steps' }).min(1, 'write at least one step'),
    /** What comes out; default what the last step answered. */
    output: anything.optional(),
  })
  .transform((workflow) => ({ ...workflow, steps: workflow.steps.map(withNeeds) }));

export type Workflow = z.output<typeof workflowSchema>;
export type Step = Workflow['steps'][number];

/** A step without `needs` comes after the one above. */
function withNeeds<T extends { id: string; needs?: string[] | undefined }>(given: T, index: number, all: readonly T[]) {
  const above = all[index - 1];
  return { ...given, needs: given.needs ?? (above === undefined ? [] : [above.id]) };
}
