// Tools for tests: one that hangs, one that fails so many times, one that leaves a mark of each call.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';

const server = new McpServer({ name: 'odd', version: '1' });
const inputSchema = fromJsonSchema({ type: 'object' });
const text = (value) => ({ content: [{ type: 'text', text: JSON.stringify(value) }] });
const marks = (file) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []);
const tool = (name, run) => server.registerTool(name, { description: name, inputSchema }, run);

tool('hang', () => new Promise(() => undefined));
tool('flaky', ({ file, times }) => {
  appendFileSync(file, 'called\n');
  const calls = marks(file).length;
  if (calls <= times) throw new Error(`not yet, call ${calls}`);
  return text({ calls });
});
tool('mark', async ({ file, mark, ms = 0 }) => {
  await pause(ms);
  appendFileSync(file, `${mark}\n`);
  return text({ mark });
});

await server.connect(new StdioServerTransport());
