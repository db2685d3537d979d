import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type App, type ConfigInput, createApp, type CreateAppOptions, type Logger, silentLogger } from '../../../src';
import { McpProxy, mcpProxyModule, type McpStatus } from '../../../src/modules/mcp-proxy';
import { Closing } from '../closing';
import { until } from '../until';

/** The token of all proxies of these tests. */
export const TOKEN = 'the-token-of-the-tests';

/** The real server of the tests, as a program. */
export const EVERYTHING = require.resolve('@modelcontextprotocol/server-everything/dist/index.js');

/** Where the cache of a proxy is: in its process, or on a server. */
export type CacheInput = Pick<ConfigInput, 'redis'>;

const closing = new Closing();
afterEach(() => closing.all());

/** Closes something after the test, at the latest. */
export function later<T>(value: T, close: (value: T) => unknown): T {
  return closing.add(value, async (each) => void (await close(each)));
}

/** An application that serves a proxy, stopped after the test at the latest. */
export async function startProxy(
  config: ConfigInput = {},
  options: Pick<CreateAppOptions, 'overrides'> & { readonly logger?: Logger } = {},
): Promise<{ readonly app: App; readonly proxy: McpProxy; readonly url: string }> {
  const app = createApp({
    config: {
      mode: 'standalone',
      ...config,
      mcpproxy: { mode: 'standalone', port: 0, token: TOKEN, ...config.mcpproxy },
    },
    configFile: false,
    env: {},
    logger: options.logger ?? silentLogger,
    modules: [mcpProxyModule],
    ...(options.overrides !== undefined && { overrides: options.overrides }),
  });
  closing.add(app, async (each) => void (await each.stop()));
  await app.start();
  const proxy = app.get(McpProxy);
  return { app, proxy, url: proxy.url };
}

/** A client of the SDK at a path of a proxy, closed after the test. */
export async function connect(
  url: string,
  { mode = 'legacy', token = TOKEN }: { readonly mode?: 'legacy' | 'auto'; readonly token?: string } = {},
): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  closing.add(client, (each) => each.close());
  const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return client;
}

/** Asks the administration. */
export async function admin(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = { authorization: `Bearer ${TOKEN}` },
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const response = await fetch(url + path, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Waits until a server has a state. */
export async function untilState(proxy: McpProxy, name: string, state: McpStatus['state']): Promise<McpStatus> {
  await until(`"${name}" is ${state}`, async () => (await proxy.get(name)).status.state === state);
  return (await proxy.get(name)).status;
}

/** The text a tool answered. */
export function textOf(result: unknown): string {
  const { content } = result as { readonly content: readonly { readonly text: string }[] }; // of our tools, always text
  return content.map(({ text }) => text).join('');
}

/** The request that begins a session. */
export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};

/** Sends a message as MCP clients do. */
export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
