import { z } from 'zod';
import { duration } from '../settings/duration';
import { count, flag, name, text, toolName } from './parts';

/** An agent: a model with instructions, tools it may call, and a memory of each conversation. */
export const agentSchema = z.strictObject({
  name,
  description: text.default(''),
  /** Which model of the server; default that of the settings. */
  model: text.optional(),
  instructions: text,
  tools: z.array(toolName, { error: 'write a list of tools, such as [text.word_count]' }).default([]),
  /** How often it may go back to the model with what tools answered. */
  max_turns: count.min(1, 'write 1 or more').default(8),
  memory: z
    .strictObject({
      /** Beyond this, the older half of a conversation is summarised, or forgotten. */
      max_tokens: count.min(50, 'write 50 or more').default(4000),
      summarise: flag.default(true),
    })
    .prefault({}),
  /** How long it waits while somebody else speaks in the same conversation. */
  wait: duration.prefault('60s'),
});

export type Agent = z.output<typeof agentSchema>;
