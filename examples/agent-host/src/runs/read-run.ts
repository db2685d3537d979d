import type { Outcome, Progress, Run, RunStatus } from './run';

/** A run, from the fields of its hash. */
export function readRun(id: string, fields: Readonly<Record<string, string>>): Run | undefined {
  const { owner, workflow, status, created, finished, input, output, error } = fields;
  if (owner === undefined || workflow === undefined) return undefined;
  return {
    id,
    owner,
    workflow,
    status: status as RunStatus, // what the scripts write
    created: Number(created),
    input: JSON.parse(input ?? '{}') as Run['input'],
    ...(finished !== undefined && { finished: Number(finished) }),
    ...(output !== undefined && { output: JSON.parse(output) as unknown }),
    ...(error !== undefined && { error: JSON.parse(error) as NonNullable<Run['error']> }),
    outcomes: collect<Outcome>(fields, 'out:'),
    progress: collect<Progress>(fields, 'at:'),
    signals: collect<unknown>(fields, 'signal:'),
  };
}

function collect<T>(fields: Readonly<Record<string, string>>, prefix: string): Record<string, T> {
  const found = Object.entries(fields).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, json]) => [name.slice(prefix.length), JSON.parse(json) as T]));
}
