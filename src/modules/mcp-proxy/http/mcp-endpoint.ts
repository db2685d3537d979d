import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import type { McpHttpHandler } from '@modelcontextprotocol/server';
import type { Clock, Logger } from '../../../container';
import { asError, RespiteError } from '../../../errors';
import type { ListName } from '../servers/connection';
import type { Sdk } from '../sdk';
import { BodyError, MAX_BODY_BYTES, readBody, RPC, sendRpcError } from './answers';
import type { Facades } from './facades';
import { Sessions } from './sessions';

/** A stream that ends with the connection ends at last with this, in milliseconds between its signs of life. */
const KEEP_ALIVE_MS = 15_000;

/** Serves `/mcp` and `/<name>/mcp`: Streamable HTTP, with sessions for clients that have them, and without. */
export class McpEndpoint {
  readonly sessions: Sessions;
  readonly #sdk: Sdk;
  readonly #facades: Facades;
  readonly #logger: Logger;
  /** For clients of 2026-07-28 and later, who have no sessions; by the server's name, `undefined` for all. */
  readonly #handlers = new Map<string | undefined, McpHttpHandler>();

  constructor(sdk: Sdk, facades: Facades, parts: { readonly clock: Clock; readonly logger: Logger }) {
    this.#sdk = sdk;
    this.#facades = facades;
    this.#logger = parts.logger;
    this.sessions = new Sessions(sdk, parts.clock);
  }

  /** Answers one request for a server, or for all. */
  async answer(name: string | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = request.method === 'POST' ? await readBody(request) : undefined;
      const asWeb = await this.#sdk.node.toWebRequest(request as NodeIncomingMessageLike, body ?? {}); // Node's own, typed more loosely there
      const withSession = request.method !== 'POST' || (await this.#sdk.server.isLegacyRequest(asWeb, body));
      if (withSession) await this.#answerSession(name, request, response, body);
      else await this.#answerAlone(name, request, response, body);
    } catch (failure) {
      this.#refuse(response, failure);
    }
  }

  /** Tells clients that a list of a server has changed. */
  listChanged(name: string, list: ListName): void {
    this.sessions.listChanged(name, list);
    const concerned = list === 'tools' ? [name, undefined] : [name];
    for (const each of concerned) this.#handlers.get(each)?.notify[`${list}Changed`]();
  }

  async close(): Promise<void> {
    this.sessions.close();
    await Promise.all([...this.#handlers.values()].map((handler) => handler.close()));
  }

  async #answerSession(
    name: string | undefined,
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
  ): Promise<void> {
    const id = request.headers['mcp-session-id'];
    if (typeof id === 'string') {
      const session = this.sessions.find(id);
      if (session?.name !== name || session === undefined) {
        sendRpcError(response, 404, RPC.sessionUnknown, 'There is no such session (any more): begin another one.');
        return;
      }
      const use = (): Promise<void> => session.transport.handleRequest(request, response, body);
      await this.sessions.use(session, use, request.method !== 'GET');
      return;
    }
    if (!this.#sdk.server.isInitializeRequest(body)) {
      const message = 'A session begins with "initialize"; its id comes with every request after that.';
      sendRpcError(response, 400, RPC.server, message);
      return;
    }
    const session = await this.sessions.begin(name, await this.#facades.make(name));
    if (session === undefined) {
      sendRpcError(response, 503, RPC.server, 'All sessions of the proxy are busy: try again later.');
      return;
    }
    await this.sessions.use(session, () => session.transport.handleRequest(request, response, body), true);
    if (response.statusCode >= 400) this.sessions.end(session);
  }

  async #answerAlone(
    name: string | undefined,
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
  ): Promise<void> {
    // A server that is not there is refused here, as such.
    await this.#facades.ready(name);
    let handler = this.#handlers.get(name);
    if (handler === undefined) {
      handler = this.#sdk.server.createMcpHandler(() => this.#facades.make(name), {
        legacy: 'reject',
        maxRequestBodySize: MAX_BODY_BYTES,
        keepAliveMs: KEEP_ALIVE_MS,
        onerror: (error) => this.#logger.debug({ event: 'mcp_request_refused', reason: error.message }, error.message),
      });
      this.#handlers.set(name, handler);
    }
    // As above.
    await this.#sdk.node.toNodeHandler(handler)(request as NodeIncomingMessageLike, response, body);
  }

  #refuse(response: ServerResponse, failure: unknown): void {
    if (failure instanceof BodyError) {
      const code = failure.status === 400 ? RPC.parseError : RPC.invalidRequest;
      sendRpcError(response, failure.status, code, failure.message);
      return;
    }
    const { message } = asError(failure);
    if (RespiteError.is(failure)) {
      sendRpcError(response, failure.code === 'MCP_SERVER_UNKNOWN' ? 404 : 503, RPC.server, message);
      return;
    }
    this.#logger.error({ event: 'mcp_request_failed', err: failure }, `mcp: ${message}`);
    sendRpcError(response, 500, RPC.server, 'The proxy failed; its log says why.');
  }
}
