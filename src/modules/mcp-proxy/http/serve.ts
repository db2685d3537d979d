import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Logger } from '../../../container';
import { asError, RespiteError } from '../../../errors';
import type { EmbeddedProxy } from '../servers/embedded-proxy';
import type { Sdk } from '../sdk';
import { answerAdmin } from './admin';
import { RPC, sendJson, sendRpcError } from './answers';
import { Facades } from './facades';
import { Guard } from './guard';
import { McpEndpoint } from './mcp-endpoint';

/** What is served, and where. */
export interface ServeOptions {
  readonly host: string;
  /** 0 = a free one. */
  readonly port: number;
  readonly token: string;
  readonly sdk: Sdk;
  readonly proxy: EmbeddedProxy;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
}

/** A proxy that is served. */
export interface ServedProxy {
  readonly url: string;
  /** How many sessions there are, and how many had to end for others. */
  sessions(): { readonly open: number; readonly evicted: number };
  close(): Promise<void>;
}

/** Whoever sends headers or a body slower than this is not waited for, in milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than clients keep an idle connection: one that the server closes while a request is on its way costs that request. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Serves a proxy over HTTP.
 * @throws RespiteError `MCP_PROXY_LISTEN_FAILED`
 */
export async function serve(options: ServeOptions): Promise<ServedProxy> {
  const { sdk, proxy, logger, clock, version } = options;
  const endpoint = new McpEndpoint(sdk, new Facades(sdk, proxy, version), { clock, logger });
  const guard = new Guard(sdk, options);
  proxy.onListChanged = (name, list) => endpoint.listChanged(name, list);
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
    (request, response) => {
      route(request, response, { guard, endpoint, proxy }).catch((failure: unknown) => {
        logger.error({ event: 'mcp_request_failed', err: failure }, `mcp: ${asError(failure).message}`);
        sendRpcError(response, 500, RPC.server, 'The proxy failed; its log says why.');
      });
    },
  );
  await listen(server, options);
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    sessions: () => ({ open: endpoint.sessions.size, evicted: endpoint.sessions.evicted }),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await endpoint.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Who answers. */
interface Served {
  readonly guard: Guard;
  readonly endpoint: McpEndpoint;
  readonly proxy: EmbeddedProxy;
}

async function route(request: IncomingMessage, response: ServerResponse, served: Served): Promise<void> {
  const { guard, endpoint, proxy } = served;
  const refusal = guard.refusal(request);
  if (refusal !== undefined) {
    sendRpcError(response, 403, RPC.server, refusal);
    return;
  }
  const path = (request.url ?? '').split('?')[0] ?? '';
  if (path === '/healthz') {
    sendJson(response, 200, { status: 'ok' });
    return;
  }
  const isAdmin = path === '/admin' || path.startsWith('/admin/');
  if ((isAdmin || !guard.local) && !guard.isAuthorized(request)) {
    const message = 'The token is missing or wrong: send "authorization: Bearer <token>" (mcpproxy.token, token_file).';
    const error = { code: 'MCP_UNAUTHORIZED', message };
    sendJson(response, 401, { error }, { 'www-authenticate': 'Bearer' });
    return;
  }
  if (isAdmin) {
    await answerAdmin(proxy, path, request, response);
    return;
  }
  const name = /^\/(?:([a-z0-9-]{1,32})\/)?mcp$/.exec(path);
  if (name !== null) await endpoint.answer(name[1], request, response);
  else sendRpcError(response, 404, RPC.server, 'There are /mcp, /<name>/mcp, /admin/mcps, /admin/tools and /healthz.');
}

async function listen(server: Server, { host, port }: ServeOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new RespiteError('MCP_PROXY_LISTEN_FAILED', {
          message: `The MCP proxy cannot listen on ${host}:${port} (${cause.message}). Set mcpproxy.port to another port, or to 0 for a free one, or correct mcpproxy.host.`,
          cause,
        }),
      );
    });
    // Exclusive: workers of node:cluster would share the address, and with it each other's sessions.
    server.listen({ host, port, exclusive: true }, resolve);
  });
}
