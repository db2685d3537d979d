// A model that needs no key and no graphics card: it speaks OpenAI's chat completions, and answers by rules. For trying things out.
import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 3999);

/** What it says to what was said last. */
function reply(messages, tools = []) {
  const last = messages.at(-1);
  const question = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  if (last.role === 'tool') return { content: `I asked a tool, and it said: ${last.content}` };
  const counter = tools.find(({ function: { name } }) => name.endsWith('word_count'));
  if (counter && /how many words/i.test(question)) return call(counter, { text: question });
  if (messages[0]?.content?.startsWith('Summarise'))
    return { content: `a talk of ${question.split('\n').length} lines` };
  if (/^what did i say/i.test(question)) {
    const before = messages.filter(({ role }) => role === 'user').slice(0, -1);
    return {
      content: before.length === 0 ? 'Nothing yet.' : `You said: ${before.map(({ content }) => content).join(' / ')}`,
    };
  }
  return { content: `Here is my answer to "${question.trim()}".` };
}

const call = ({ function: { name } }, args) => ({
  content: null,
  tool_calls: [{ id: 'call_1', type: 'function', function: { name, arguments: JSON.stringify(args) } }],
});

createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (request.url !== '/v1/chat/completions') return response.writeHead(404).end();
  const { model, messages, tools } = JSON.parse(body);
  const message = { role: 'assistant', ...reply(messages, tools) };
  const answer = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model,
    choices: [{ index: 0, message, finish_reason: message.tool_calls ? 'tool_calls' : 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}).listen(port, '127.0.0.1', () => console.log(`model on http://127.0.0.1:${port}/v1`));
