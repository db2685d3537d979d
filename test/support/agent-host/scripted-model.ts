import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a host asked, as OpenAI's chat completions have it. */
export interface Asked {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

/** What the model says: text, a call of a tool, or whatever body it answers. */
export type Reply =
  string | { readonly tool: string; readonly args: unknown } | { readonly status: number; readonly body: string };

/** A server that speaks the protocol of OpenAI's chat completions, and says what a test wants it to. */
export interface ScriptedModel {
  readonly url: string;
  /** What it says to what was said last; default: an echo. A test may put another in its place. */
  reply: (asked: Asked) => Reply | Promise<Reply>;
  /** Everything it was asked. */
  readonly asked: Asked[];
  stop(): Promise<void>;
}

/** The words of the user it was asked last. */
export function lastWords({ messages }: Asked): string {
  return messages.findLast(({ role }) => role === 'user')?.content ?? '';
}

const echo = (asked: Asked): Reply => `echo: ${lastWords(asked)}`;

/** Starts one on a free port. */
export async function startScriptedModel(): Promise<ScriptedModel> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // TCP servers have an AddressInfo, never a string or null
  const model: ScriptedModel = {
    url: `http://127.0.0.1:${port}/v1`,
    reply: echo,
    asked: [],
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const asked = JSON.parse(body) as Asked;
    model.asked.push(asked);
    const reply = await model.reply(asked);
    const { status, body: text } = typeof reply === 'object' && 'status' in reply ? reply : completion(asked, reply);
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  }
  return model;
}

function completion(
  { model }: Asked,
  reply: string | { tool: string; args: unknown },
): { status: number; body: string } {
  const call = typeof reply === 'string' ? undefined : { name: reply.tool, arguments: JSON.stringify(reply.args) };
  const message = call
    ? { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: call }] }
    : { role: 'assistant', content: reply };
  const choice = { index: 0, message, finish_reason: call ? 'tool_calls' : 'stop' };
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const body = { id: 'chatcmpl-1', object: 'chat.completion', created: 0, model, choices: [choice], usage };
  return { status: 200, body: JSON.stringify(body) };
}
