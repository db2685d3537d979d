import type { ServerContext } from '@modelcontextprotocol/server';
import { asError, RespiteError } from '../../../errors';
import type { Connection, ListName } from '../servers/connection';
import type { EmbeddedProxy } from '../servers/embedded-proxy';
import type { ProtocolServer, Sdk } from '../sdk';
import { byQualifiedName, toolClash } from '../tool-names';

/** A request as a client sent it. */
interface Asked {
  readonly method: string;
  readonly params?: Record<string, unknown> | undefined;
}

/** What is passed on to a server; the rest belongs to the connection between client and proxy, or is not offered. */
const PASSED_ON = new Set([
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
]);

/** What is said of a server's own errors: code and words are the server's. */
interface ProtocolFailure extends Error {
  readonly code: number;
  readonly data?: unknown;
}

/** Makes the servers that clients of the proxy talk to: one for each session, or for each request. */
export class Facades {
  readonly #sdk: Sdk;
  readonly #proxy: EmbeddedProxy;
  readonly #version: string;

  constructor(sdk: Sdk, proxy: EmbeddedProxy, version: string) {
    this.#sdk = sdk;
    this.#proxy = proxy;
    this.#version = version;
  }

  /**
   * A server that is one of ours, or, for `undefined`, has the tools of all.
   * @throws RespiteError `MCP_SERVER_UNKNOWN`, `MCP_SERVER_UNAVAILABLE`
   */
  async make(name: string | undefined): Promise<ProtocolServer> {
    return name === undefined ? this.#ofAll() : this.#ofOne(name);
  }

  /** Waits until it could be made; throws as `make` does. */
  async ready(name: string | undefined): Promise<void> {
    if (name !== undefined) await this.#proxy.upstream(name).connected();
  }

  #ofAll(): ProtocolServer {
    const server = this.#server({ name: 'respite', version: this.#version }, { tools: { listChanged: true } });
    server.fallbackRequestHandler = (asked, context) => this.#answer(asked, () => this.#askAll(asked, context));
    return server;
  }

  async #ofOne(name: string): Promise<ProtocolServer> {
    const { capabilities, implementation, instructions } = await this.#proxy.upstream(name).connected();
    const { tools, prompts, resources, completions } = capabilities;
    // What a connection that many clients share cannot tell apart is left out: subscriptions, logging, tasks.
    const offered = {
      ...(tools && { tools: { listChanged: true } }),
      ...(prompts && { prompts: { listChanged: true } }),
      ...(resources && { resources: { listChanged: true } }),
      ...(completions && { completions: {} }),
    };
    const server = this.#server(implementation, offered, instructions);
    server.fallbackRequestHandler = (asked, context) => this.#answer(asked, () => this.#askOne(name, asked, context));
    return server;
  }

  #server(
    implementation: { readonly name: string; readonly version: string },
    capabilities: object,
    instructions?: string,
  ): ProtocolServer {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as ProtocolServer
    return new this.#sdk.server.Server(implementation, {
      capabilities,
      ...(instructions !== undefined && { instructions }),
    });
  }

  async #askOne(name: string, { method, params }: Asked, context: ServerContext): Promise<Record<string, unknown>> {
    const options = { signal: context.mcpReq.signal, onprogress: passProgress(context) };
    if (method === 'tools/call') {
      return this.#proxy.callTool(name, { ...ownParams(params), name: this.#nameOf(params) }, options);
    }
    if (!PASSED_ON.has(method)) throw this.#failure('MethodNotFound', `${method} is not passed on by the proxy`);
    const connection: Connection = await this.#proxy.upstream(name).connected();
    // The proxy keeps this list, with the filter of the definition.
    if (method === 'tools/list') return { tools: connection.tools };
    return connection.request({ method, params: ownParams(params) }, options);
  }

  async #askAll({ method, params }: Asked, context: ServerContext): Promise<Record<string, unknown>> {
    const { tools, clashes } = byQualifiedName(this.#proxy.offered());
    if (method === 'tools/list') return { tools: [...tools.keys()].map((name) => this.#described(name, tools)) };
    if (method !== 'tools/call') throw this.#failure('MethodNotFound', `${method} is not offered for all servers`);
    const name = this.#nameOf(params);
    const clash = clashes.get(name);
    if (clash !== undefined) throw toolClash(name, clash);
    const tool = tools.get(name);
    if (tool === undefined) throw this.#failure('InvalidParams', `there is no tool "${name}"`);
    const options = { signal: context.mcpReq.signal, onprogress: passProgress(context) };
    return this.#proxy.callTool(tool.server, { ...ownParams(params), name: tool.name }, options);
  }

  /** As its server describes it, under its longer name. */
  #described(name: string, tools: ReadonlyMap<string, { readonly server: string; readonly name: string }>): object {
    const tool = tools.get(name);
    return { ...(tool && this.#proxy.description(tool.server, tool.name)), name };
  }

  #nameOf(params: Record<string, unknown> | undefined): string {
    const name = params?.['name'];
    if (typeof name !== 'string') throw this.#failure('InvalidParams', '"name" is missing, the tool to call');
    return name;
  }

  /** Our errors as the protocol has them; a server's own pass through as they are. */
  async #answer({ method }: Asked, ask: () => Promise<Record<string, unknown>>): Promise<Record<string, unknown>> {
    try {
      return await ask();
    } catch (thrown) {
      const { ProtocolError } = this.#sdk.server;
      const failure = asError(thrown);
      if (failure instanceof ProtocolError) throw failure;
      if (!RespiteError.is(failure)) throw this.#failure('InternalError', `${method}: ${failure.message}`);
      const { code, data, message } = (failure.cause ?? {}) as Partial<ProtocolFailure>; // looked at, whatever it is
      if (failure.code === 'MCP_CALL_FAILED' && typeof code === 'number') {
        throw new ProtocolError(code, plainMessage(message ?? '', code), data);
      }
      const kind = failure.code === 'MCP_TOOL_UNKNOWN' ? 'InvalidParams' : 'InternalError';
      throw this.#failure(kind, failure.message, { code: failure.code });
    }
  }

  #failure(kind: 'MethodNotFound' | 'InvalidParams' | 'InternalError', message: string, data?: unknown): Error {
    const { ProtocolError, ProtocolErrorCode } = this.#sdk.server;
    return new ProtocolError(ProtocolErrorCode[kind], message, data);
  }
}

/** Tells a session that a list of its server is to be read again. Who is gone does not need to know. */
export function tellListChanged(server: ProtocolServer, list: ListName): void {
  const told = {
    tools: () => server.sendToolListChanged(),
    prompts: () => server.sendPromptListChanged(),
    resources: () => server.sendResourceListChanged(),
  };
  void told[list]().catch(() => undefined);
}

/** Without the client's token for progress: between proxy and server there is another one. */
function ownParams(params: Record<string, unknown> = {}): Record<string, unknown> {
  const meta = params['_meta'];
  if (typeof meta !== 'object' || meta === null) return params;
  const { progressToken: _, ...rest } = meta as Record<string, unknown>; // an object, as was seen
  return { ...params, _meta: rest };
}

/** Passes a server's progress on to a client that asked for it. */
function passProgress({ mcpReq }: ServerContext): ((progress: object) => void) | undefined {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return (progress) => {
    const notification = { method: 'notifications/progress' as const, params: { ...progress, progressToken } };
    // `progress` is what the SDK read of such a notification.
    void mcpReq.notify(notification as Parameters<typeof mcpReq.notify>[0]).catch(() => undefined);
  };
}

/** Some SDKs put the code in front of the words; it would be there twice. */
function plainMessage(message: string, code: number): string {
  const prefix = `MCP error ${code}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}
