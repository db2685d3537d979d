import type { z } from 'zod';
import { type Agent, agentSchema } from './agent';
import { type Tools, toolsSchema } from './tools';
import { type Workflow, workflowSchema } from './workflow';

/** What is defined in YAML, in the order it is read: later kinds name earlier ones. */
export const KINDS = ['tools', 'agents', 'workflows'] as const;

export type Kind = (typeof KINDS)[number];

/** What the YAML of each kind says. */
export interface Definitions {
  readonly tools: Tools;
  readonly agents: Agent;
  readonly workflows: Workflow;
}

export const schemas: { readonly [K in Kind]: z.ZodType<Definitions[K]> } = {
  tools: toolsSchema,
  agents: agentSchema,
  workflows: workflowSchema,
};
