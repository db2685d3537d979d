/**
 * An MCP server over stdio that does what servers should not, written without an SDK, which would not let it. Its arguments
 * say what it does at the start: `crash`, `hang` (never answers), `garbage` (lines that are no JSON-RPC between its answers).
 */
'use strict';
const { createInterface } = require('node:readline');

const habits = new Set(process.argv.slice(2));
const tool = (name) => ({ name, description: `does ${name}`, inputSchema: { type: 'object' } });
const text = (value) => ({ content: [{ type: 'text', text: value }] });

const cancelled = [];

const TOOLS = {
  big: ({ bytes }) => text('x'.repeat(bytes)),
  pid: () => text(String(process.pid)),
  environment: ({ name }) => text(process.env[name] ?? '(none)'),
  complain: ({ words }) => {
    process.stderr.write(`${words}\n`);
    return text('done');
  },
  never: () => undefined,
  cancelled: () => text(cancelled.join()),
  exit: () => process.exit(3),
  refuse: () => {
    throw Object.assign(new Error('I would rather not'), { code: -31_999, data: { why: 'moods' } });
  },
};

const METHODS = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'odd', version: '1' },
  }),
  'tools/list': () => ({ tools: Object.keys(TOOLS).map(tool) }),
  'tools/call': ({ name, arguments: args }) => TOOLS[name](args ?? {}),
  ping: () => ({}),
};

if (habits.has('crash')) {
  process.stderr.write('I cannot find my settings\n');
  process.exit(1);
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'notifications/cancelled') cancelled.push(params.requestId);
  if (id === undefined || habits.has('hang')) return;
  const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...message })}\n`);
  if (habits.has('garbage')) {
    process.stdout.write('this is no JSON\n{"jsonrpc":"1.0","id":"?"}\n[]\n{"jsonrpc":"2.0","id":99999,"result":{}}\n');
  }
  try {
    const result = METHODS[method](params ?? {});
    if (result !== undefined) say({ result });
  } catch ({ code, message, data }) {
    say({ error: { code: code ?? -32_601, message, ...(data && { data }) } });
  }
});
