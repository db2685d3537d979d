import { createToken } from '../../container';

/** How an MCP server is reached. `sse` is what servers offered before Streamable HTTP. */
export type McpTransport = 'stdio' | 'streamable-http' | 'sse';

/** Which of a server's tools are offered. A name may hold `*`, which stands for any characters. */
export interface McpToolFilter {
  /** Default: all. */
  readonly include?: readonly string[];
  /** Outranks `include`. */
  readonly exclude?: readonly string[];
}

/** An MCP server as somebody defines it. */
export interface McpDefinitionInput {
  /** 1 to 32 of `a-z`, `0-9` and `-`; not `admin`, `mcp`, `healthz`. */
  readonly name: string;
  readonly transport: McpTransport;
  /** The program, for stdio. */
  readonly command?: string;
  readonly args?: readonly string[];
  /** Variables of the program; `${NAME}` stands for one of the proxy's own, so that no secret has to be stored. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the server is, for streamable-http and sse. */
  readonly url?: string;
  /** Headers of every request to it; `${NAME}` as in `env`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds that connecting, and an answer, may take; progress extends it. Default 60,000. */
  readonly timeout?: number;
  readonly tools?: McpToolFilter;
  /** Whether a lost connection, or a program that ended, is tried again. Default true. */
  readonly autoReconnect?: boolean;
  /** Milliseconds between two questions whether it still answers; 0 asks never. Default 30,000. */
  readonly healthInterval?: number;
}

/** A definition with its defaults. */
export type McpDefinition = McpDefinitionInput &
  Required<Pick<McpDefinitionInput, 'timeout' | 'autoReconnect' | 'healthInterval'>>;

/** How a server is doing. */
export interface McpStatus {
  /** `waiting`: until the next attempt. `failed`: nobody tries any more. */
  readonly state: 'connecting' | 'connected' | 'waiting' | 'failed';
  /** Why the last attempt or connection ended. */
  readonly lastError?: string;
  /** How often a connection was tried again. */
  readonly reconnects: number;
  /** Milliseconds since the epoch. */
  readonly lastConnected?: number;
  /** The names of the tools it offers. */
  readonly tools: readonly string[];
}

/** A server: what was defined, secrets hidden, and how it is doing. */
export interface McpServer {
  readonly definition: McpDefinition;
  readonly status: McpStatus;
}

/** A tool of a server. */
export interface McpTool {
  readonly server: string;
  /** As its server calls it. */
  readonly name: string;
  /** As the proxy's `/mcp` calls it: `server__tool`. */
  readonly qualifiedName: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** What a tool answered, as the protocol has it: `content`, `structuredContent`, `isError`. */
export interface McpToolResult {
  readonly content?: readonly Readonly<Record<string, unknown>>[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
  readonly [name: string]: unknown;
}

/**
 * A proxy before any number of MCP servers: in this process (mcpproxy.mode standalone), or another one that is asked
 * (distributed). Both look alike.
 *
 * As a value, `McpProxy` is the token: `app.get(McpProxy)`, with `createApp({ modules: [mcpProxyModule] })`.
 */
export interface McpProxy {
  /** Where it is served: `http://127.0.0.1:6001`. MCP clients use `<url>/mcp` for all servers, `<url>/<name>/mcp` for one. */
  readonly url: string;
  /** In the order of their names. */
  list(): Promise<McpServer[]>;
  /** @throws RespiteError `MCP_SERVER_UNKNOWN` */
  get(name: string): Promise<McpServer>;
  /** @throws RespiteError `MCP_DEFINITION_INVALID`, `MCP_SERVER_EXISTS` */
  create(definition: McpDefinitionInput): Promise<McpServer>;
  /**
   * Defines a server, in the place of the one of that name. What an answer showed as `***` keeps its value.
   * @throws RespiteError `MCP_DEFINITION_INVALID`
   */
  put(definition: McpDefinitionInput): Promise<McpServer>;
  /** @returns whether there was one */
  delete(name: string): Promise<boolean>;
  /** The tools of all servers that are connected. */
  tools(): Promise<McpTool[]>;
  /**
   * Calls a tool of a server.
   * @throws RespiteError `MCP_SERVER_UNKNOWN`, `MCP_SERVER_UNAVAILABLE`, `MCP_TOOL_UNKNOWN`, `MCP_CALL_TIMED_OUT`,
   * `MCP_CALL_FAILED`
   */
  call(
    server: string,
    tool: string,
    args?: Readonly<Record<string, unknown>>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<McpToolResult>;
}

export const McpProxy = createToken<McpProxy>('McpProxy');
