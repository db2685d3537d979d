import { Injectable } from '@nestjs/common';
import { type Lock, LockManager, MemoryStore, RespiteError } from 'respite';
import { InjectRespite } from 'respite/nestjs';
import type { Agent } from '../definitions/agent';
import { HostError } from '../errors/host-error';
import { type Message, Model } from './model';

/** Short, so that the next start does not wait long for a process that died; who lives renews it. */
const LOCK_MS = 10_000;
/** What a token is taken to be where no model says, in characters. */
const CHARACTERS_PER_TOKEN = 4;

/** A message as it is kept: with the turn it belongs to, and what it is taken to cost. */
interface Kept extends Message {
  readonly turn?: string;
  readonly tokens: number;
}

export const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

/** What agents remember, a conversation each: one speaks at a time, and what grows too long is summarised. */
@Injectable()
export class Conversations {
  constructor(
    @InjectRespite(MemoryStore) private readonly memory: MemoryStore,
    @InjectRespite(LockManager) private readonly locks: LockManager,
    private readonly model: Model,
  ) {}

  /** @throws HostError `CONVERSATION_BUSY` */
  async lock(key: string, wait: number, signal: AbortSignal): Promise<Lock> {
    try {
      return await this.locks.acquire(key, { ttl: LOCK_MS, wait, signal });
    } catch (failure) {
      if (!(failure instanceof RespiteError && failure.code === 'LOCK_NOT_ACQUIRED')) throw failure;
      throw new HostError(
        'CONVERSATION_BUSY',
        `Somebody else speaks in this conversation, for more than ${wait} ms: try again.`,
      );
    }
  }

  async read(key: string): Promise<Kept[]> {
    return (await this.memory.read(key)) as Kept[]; // what append writes
  }

  /** What was answered in a turn before, should its step be done a second time. */
  static answered(messages: readonly Kept[], turn: string): string | undefined {
    return messages.findLast((message) => message.role === 'assistant' && message.turn === turn)?.content;
  }

  /** Adds what was said in a turn, then makes room where it has become too much. */
  async add(key: string, turn: string, said: readonly Message[], agent: Agent, signal: AbortSignal): Promise<void> {
    const kept = said.map((message) => ({ ...message, turn, tokens: tokensOf(message.content) }));
    const { tokens } = await this.memory.append(key, kept, { tokens: kept.map((message) => message.tokens) });
    if (tokens > agent.memory.max_tokens) await this.shorten(key, agent, signal);
  }

  delete(key: string): Promise<boolean> {
    return this.memory.delete(key);
  }

  /** The newer half, by tokens, stays word for word; of the older there is a summary, or nothing. */
  private async shorten(key: string, agent: Agent, signal: AbortSignal): Promise<void> {
    const messages = await this.read(key);
    const kept: Kept[] = [];
    let room = agent.memory.max_tokens / 2;
    for (const message of messages.toReversed()) {
      room -= message.tokens;
      if (room < 0 && kept.length > 0) break;
      kept.unshift(message);
    }
    const older = messages.slice(0, messages.length - kept.length);
    const summary = agent.memory.summarise ? await this.summarise(older, agent, signal) : [];
    const all = [...summary, ...kept];
    await this.memory.replace(key, all, { tokens: all.map(({ tokens }) => tokens) });
  }

  private async summarise(older: readonly Kept[], agent: Agent, signal: AbortSignal): Promise<Kept[]> {
    if (older.length === 0) return [];
    const text = older.map(({ role, content }) => `${role}: ${content}`).join('\n');
    const { text: content } = await this.model.answer({
      ...(agent.model !== undefined && { model: agent.model }),
      instructions: 'Summarise the conversation in a few sentences. Keep names, numbers and decisions.',
      messages: [{ role: 'user', content: text }],
      tools: [],
      maxTurns: 1,
      signal,
    });
    // A summary that is itself too long would be summarised over and over.
    const short = content.slice(0, Math.floor(agent.memory.max_tokens / 4) * CHARACTERS_PER_TOKEN);
    return [{ role: 'assistant', content: `Summary of what was said before: ${short}`, tokens: tokensOf(short) }];
  }
}
