import { type Connection, Refused } from './connection';

interface End {
  readonly status: string;
  readonly output?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

/**
 * Tells on stderr what happens in a run until it has ended.
 * @returns what it answered
 * @throws Refused what it failed with
 */
export async function followRun(connection: Connection, id: string): Promise<unknown> {
  console.error(`run ${id}`);
  for await (const { type, data } of connection.events(id)) {
    if (type === 'step') console.error(`  ${String(data['step'])}: ${String(data['status'])}`);
    if (type !== 'finished') continue;
    const { status, output, error } = data as unknown as End; // what the host writes
    if (status === 'done') return output;
    throw new Refused(error ?? { code: 'RUN_ENDED', message: `the run was ${status}.` });
  }
  return undefined;
}
