import { z } from 'zod';

/** What definitions are made of. Each says what to write. */

export const text = z.string({ error: 'is missing, or is no text: write text, in quotes where it holds ": "' });

export const flag = z.boolean({ error: 'write true or false' });

export const count = z.number({ error: 'write a whole number' }).int('write a whole number');

/** Names are parts of URLs, of keys, and of expressions. */
export const name = z
  .string({ error: 'is missing, or is no text: write a name, such as daily-report' })
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'write 1 to 32 of a-z, 0-9, "-" and "_", beginning with a letter');

/** `server.tool` */
export const toolName = z
  .string({ error: 'write the name of a tool, such as text.word_count' })
  .regex(/^[a-z0-9-]{1,32}\.[^.\s]\S*$/, 'write server.tool, such as text.word_count');
