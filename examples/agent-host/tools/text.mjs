// Tools about texts, as a program that speaks MCP over stdin and stdout. Any MCP server does in its place.
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';

const server = new McpServer({ name: 'text', version: '1' });
const inputSchema = fromJsonSchema({
  type: 'object',
  properties: { text: { type: 'string' } },
  required: ['text'],
});
const answer = (value) => ({ content: [{ type: 'text', text: JSON.stringify(value) }] });

server.registerTool('word_count', { description: 'Counts words and characters.', inputSchema }, ({ text }) =>
  answer({ words: text.split(/\s+/).filter(Boolean).length, characters: text.length }),
);
server.registerTool('shout', { description: 'Writes a text in capitals.', inputSchema }, ({ text }) =>
  answer(text.toUpperCase()),
);

await server.connect(new StdioServerTransport());
