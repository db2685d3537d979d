import { z } from 'zod';
import { HostError } from '../errors/host-error';

/**
 * Checks what a request holds.
 * @throws HostError `INPUT_REJECTED`, with everything that is wrong
 */
export function read<T>(what: string, schema: z.ZodType<T>, value: unknown): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const problems = error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new HostError('INPUT_REJECTED', `${what}: ${problems.join('; ')}`);
}
