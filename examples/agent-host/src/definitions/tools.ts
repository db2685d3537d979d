import { z } from 'zod';
import { duration } from '../settings/duration';
import { text } from './parts';

const texts = z.record(z.string(), z.string({ error: 'write text' }), { error: 'write names and texts' });
const list = z.array(text, { error: 'write a list of texts' });

/** A server of tools, which speaks MCP: a program, or an address. The proxy of Respite starts it and speaks to it. */
export const toolsSchema = z.strictObject({
  name: z
    .string({ error: 'is missing: write a name, such as text' })
    .regex(/^[a-z0-9-]{1,32}$/, 'write 1 to 32 of a-z, 0-9 and "-"'),
  transport: z.enum(['stdio', 'streamable-http', 'sse'], { error: 'write stdio, streamable-http or sse' }),
  command: text.optional(),
  args: list.optional(),
  env: texts.optional(),
  url: text.optional(),
  headers: texts.optional(),
  /** How long a call may take. */
  timeout: duration.prefault('30s'),
  tools: z.strictObject({ include: list.optional(), exclude: list.optional() }).optional(),
});

export type Tools = z.output<typeof toolsSchema>;
