import type { IncomingMessage, ServerResponse } from 'node:http';
import type { McpDefinitionInput, McpProxy } from '../mcp-proxy';
import { serverUnknown } from '../mcp-errors';
import { BodyError, readBody, sendError, sendJson } from './answers';

type Answer = readonly [status: number, body: unknown];
type Route = (proxy: McpProxy, body: unknown, name: string, signal: AbortSignal) => Promise<Answer>;

/** What is a group of named values in JSON. */
type Fields = Readonly<Record<string, unknown>>;

const SERVERS: Readonly<Record<string, Route>> = {
  GET: async (proxy) => [200, { servers: await proxy.list() }],
  // The proxy checks definitions itself, whoever they come from.
  POST: async (proxy, body) => [201, await proxy.create(body as McpDefinitionInput)],
};

const ONE_SERVER: Readonly<Record<string, Route>> = {
  GET: async (proxy, _, name) => [200, await proxy.get(name)],
  PUT: async (proxy, body, name) => [200, await proxy.put({ ...fieldsOf(body), name } as McpDefinitionInput)], // as above
  DELETE: async (proxy, _, name) => {
    if (!(await proxy.delete(name))) throw serverUnknown(name);
    return [200, { deleted: name }];
  },
};

const TOOLS: Readonly<Record<string, Route>> = { GET: async (proxy) => [200, { tools: await proxy.tools() }] };

const CALL: Readonly<Record<string, Route>> = {
  POST: async (proxy, body, _, signal) => {
    const { server, tool, arguments: args = {} } = fieldsOf(body);
    if (typeof server !== 'string' || typeof tool !== 'string' || !isFields(args)) {
      throw new BodyError(400, 'Write { "server": ..., "tool": ..., "arguments": { ... } }.');
    }
    return [200, await proxy.call(server, tool, args, { signal })];
  },
};

const ROUTES: readonly (readonly [RegExp, Readonly<Record<string, Route>>])[] = [
  [/^\/admin\/mcps\/?$/, SERVERS],
  [/^\/admin\/mcps\/([^/]+)$/, ONE_SERVER],
  [/^\/admin\/tools$/, TOOLS],
  [/^\/admin\/tools\/call$/, CALL],
];

/** Answers a request below `/admin`, of somebody who has the token. */
export async function answerAdmin(
  proxy: McpProxy,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const found = ROUTES.map(([pattern, routes]) => ({ match: pattern.exec(path), routes })).find(({ match }) => match);
  const route = found?.routes[request.method ?? ''];
  if (found === undefined) {
    sendJson(response, 404, { error: { code: 'NOT_FOUND', message: 'There are /admin/mcps and /admin/tools.' } });
    return;
  }
  if (route === undefined) {
    const allow = Object.keys(found.routes).join(', ');
    sendJson(response, 405, { error: { code: 'METHOD_NOT_ALLOWED', message: `Allowed: ${allow}.` } }, { allow });
    return;
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('who asked has gone')));
  try {
    const body = ['POST', 'PUT'].includes(request.method ?? '') ? await readBody(request) : undefined;
    sendJson(response, ...(await route(proxy, body, found.match?.[1] ?? '', gone.signal)));
  } catch (failure) {
    sendError(response, failure);
  }
}

function fieldsOf(body: unknown): Fields {
  return isFields(body) ? body : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
