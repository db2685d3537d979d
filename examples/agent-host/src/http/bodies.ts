import { z } from 'zod';
import { name } from '../definitions/parts';
import { duration } from '../settings/duration';
import { ROLES } from '../users/roles';

/** What the bodies of requests are; the OpenAPI document is made of the same. */

const words = z.string({ error: 'write text' });
const limit = z.int('write a whole number').min(0, 'write 0 or more').optional();

export const inputBody = z.record(z.string(), z.unknown(), { error: 'send a JSON object' });

export const askBody = z.strictObject({
  prompt: words.min(1, 'write what to ask'),
  conversation: words.max(128, 'write 128 characters at most').optional(),
});

export const userBody = z.strictObject({
  name,
  role: z.enum(ROLES, { error: `write one of ${ROLES.join(', ')}` }),
  expires_in: duration.optional(),
  limits: z.strictObject({ active: limit, per_minute: limit }).optional(),
});

export const keyBody = z.strictObject({ expires_in: duration.optional() });

export const loginBody = z.strictObject({ key: words });
