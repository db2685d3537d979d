import { asError, RespiteError } from '../../errors';
import type { McpDefinitionInput, McpProxy, McpServer, McpTool, McpToolResult } from './mcp-proxy';

/** Where the proxy is, and what opens it. */
export interface RemoteProxyOptions {
  readonly url: string;
  /** Empty: nothing is sent, and administration is refused. */
  readonly token: string;
}

/** How long a proxy may take to say that it is there, in milliseconds. */
const HEALTH_TIMEOUT_MS = 10_000;

/** A proxy elsewhere, asked over HTTP. */
export class RemoteProxy implements McpProxy {
  readonly url: string;
  readonly #token: string;

  constructor({ url, token }: RemoteProxyOptions) {
    this.url = url.replace(/\/+$/, '');
    this.#token = token;
  }

  /** @throws RespiteError `MCP_PROXY_UNREACHABLE` */
  async assertHealthy(signal: AbortSignal): Promise<void> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(HEALTH_TIMEOUT_MS)]);
    const response = await this.#fetch('GET', '/healthz', undefined, limit);
    const body = (await response.json().catch(() => undefined)) as { readonly status?: unknown } | undefined; // whatever it is
    if (!response.ok || body?.status !== 'ok') {
      throw this.#unreachable(`what answers there is no MCP proxy: HTTP ${response.status}`);
    }
  }

  async list(): Promise<McpServer[]> {
    const { servers } = await this.#ask<{ readonly servers: McpServer[] }>('GET', '/admin/mcps');
    return servers;
  }

  get(name: string): Promise<McpServer> {
    return this.#ask('GET', `/admin/mcps/${encodeURIComponent(name)}`);
  }

  create(definition: McpDefinitionInput): Promise<McpServer> {
    return this.#ask('POST', '/admin/mcps', definition);
  }

  put(definition: McpDefinitionInput): Promise<McpServer> {
    return this.#ask('PUT', `/admin/mcps/${encodeURIComponent(definition.name)}`, definition);
  }

  async delete(name: string): Promise<boolean> {
    try {
      await this.#ask('DELETE', `/admin/mcps/${encodeURIComponent(name)}`);
      return true;
    } catch (failure) {
      if (RespiteError.is(failure) && failure.code === 'MCP_SERVER_UNKNOWN') return false;
      throw failure;
    }
  }

  async tools(): Promise<McpTool[]> {
    const { tools } = await this.#ask<{ readonly tools: McpTool[] }>('GET', '/admin/tools');
    return tools;
  }

  call(
    server: string,
    tool: string,
    args: Readonly<Record<string, unknown>> = {},
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<McpToolResult> {
    return this.#ask('POST', '/admin/tools/call', { server, tool, arguments: args }, signal);
  }

  /** The proxy's answer, which has our types when it is one of ours; its errors are thrown with their codes. */
  async #ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const response = await this.#fetch(method, path, body, signal);
    const text = await response.text();
    const answer = readJson(text);
    if (response.ok && answer !== undefined) return answer as T; // it is the proxy's to answer what was asked
    const { code, message } =
      (answer as { readonly error?: { code?: unknown; message?: unknown } } | undefined)?.error ?? {};
    if (typeof code === 'string' && typeof message === 'string') {
      // A code of ours: the other proxy threw it, or said so itself.
      throw new RespiteError(code, { message });
    }
    throw new RespiteError('MCP_PROXY_FAILED', {
      message: `The MCP proxy at ${this.url} answered ${method} ${path} with HTTP ${response.status}. Look into its log, and whether mcpproxy.url is its.`,
    });
  }

  async #fetch(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
    try {
      return await fetch(this.url + path, {
        method,
        redirect: 'error', // the token is for this proxy alone
        headers: {
          ...(this.#token !== '' && { authorization: `Bearer ${this.#token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal !== undefined && { signal }),
      });
    } catch (failure) {
      if (signal?.aborted === true && asError(signal.reason).name !== 'TimeoutError') throw failure;
      const { message, cause } = asError(failure);
      throw this.#unreachable(cause instanceof Error ? cause.message || cause.name : message, failure);
    }
  }

  #unreachable(reason: string, cause?: unknown): RespiteError {
    return new RespiteError('MCP_PROXY_UNREACHABLE', {
      message: `The MCP proxy at ${this.url} cannot be used (${reason}). Start it there, or correct mcpproxy.url.`,
      cause,
    });
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
