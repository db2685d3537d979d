import { Injectable } from '@nestjs/common';
import type { Agent } from '../definitions/agent';
import { DefinitionsService } from '../definitions/definitions.service';
import { HostError } from '../errors/host-error';
import { ToolsService } from '../tools/tools.service';
import { Conversations } from './conversations';
import { type Message, Model, type ModelTool } from './model';

/** What somebody asks an agent. */
export interface AgentQuestion {
  readonly agent: string;
  readonly owner: string;
  readonly prompt: string;
  /** Names this question: asked a second time, it gets the answer of the first where that is remembered. */
  readonly turn: string;
  /** Without one nothing is remembered. */
  readonly conversation?: string;
  readonly expect: 'text' | 'json';
}

/** Agents: a model, with instructions, tools and a memory. */
@Injectable()
export class AgentsService {
  constructor(
    private readonly definitions: DefinitionsService,
    private readonly tools: ToolsService,
    private readonly conversations: Conversations,
    private readonly model: Model,
  ) {}

  /**
   * @returns its text, or the value where JSON is expected
   * @throws HostError `MODEL_FAILED`, `MODEL_ANSWER_INVALID`, `CONVERSATION_BUSY`, `DEFINITION_UNKNOWN`
   */
  async ask(question: AgentQuestion, signal: AbortSignal): Promise<unknown> {
    const { definition: agent } = await this.definitions.get('agents', question.agent);
    if (question.conversation === undefined)
      return understood(question, await this.answer(agent, [], question, signal));
    const key = conversationKey(question.owner, question.conversation);
    const lock = await this.conversations.lock(key, agent.wait, signal);
    try {
      return await this.converse(agent, key, question, AbortSignal.any([signal, lock.signal]));
    } finally {
      await lock[Symbol.asyncDispose]();
    }
  }

  private async converse(agent: Agent, key: string, question: AgentQuestion, signal: AbortSignal): Promise<unknown> {
    const before = await this.conversations.read(key);
    const known = Conversations.answered(before, question.turn);
    if (known !== undefined) return understood(question, known);
    const text = await this.answer(agent, before, question, signal);
    const answer = understood(question, text);
    const said: Message[] = [
      { role: 'user', content: question.prompt },
      { role: 'assistant', content: text },
    ];
    await this.conversations.add(key, question.turn, said, agent, signal);
    return answer;
  }

  private async answer(
    agent: Agent,
    before: readonly Message[],
    question: AgentQuestion,
    signal: AbortSignal,
  ): Promise<string> {
    const { text } = await this.model.answer({
      ...(agent.model !== undefined && { model: agent.model }),
      instructions: agent.instructions,
      messages: [...before.map(({ role, content }) => ({ role, content })), { role: 'user', content: question.prompt }],
      tools: await this.toolsOf(agent),
      maxTurns: agent.max_turns,
      signal,
    });
    return text;
  }

  private async toolsOf(agent: Agent): Promise<ModelTool[]> {
    if (agent.tools.length === 0) return [];
    const known = await this.tools.list();
    return known
      .map((tool) => ({ ...tool, qualified: `${tool.server}.${tool.name}` }))
      .filter(({ qualified }) => agent.tools.includes(qualified))
      .map(({ qualified, description = '', inputSchema }) => ({
        name: qualified,
        description,
        inputSchema,
        call: (args, signal) => this.tools.call(qualified, args, { signal }),
      }));
  }
}

/** A conversation belongs to a user: of two users, each has his own of a name. */
export const conversationKey = (owner: string, name: string): string => `${owner}/${name}`;

/** Models like to wrap JSON in a fence. */
function understood({ expect, agent }: AgentQuestion, text: string): unknown {
  if (expect === 'text') return text;
  const bare = /^\s*```(?:json)?\s*([^]*?)\s*```\s*$/.exec(text)?.[1] ?? text;
  try {
    return JSON.parse(bare) as unknown;
  } catch {
    throw new HostError(
      'MODEL_ANSWER_INVALID',
      `The agent "${agent}" was to answer JSON, and answered: ${text.slice(0, 200)}`,
    );
  }
}
