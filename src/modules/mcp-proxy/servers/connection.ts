import type { Client, Progress, ServerCapabilities, StandardSchemaV1 } from '@modelcontextprotocol/client';
import type { Clock, Logger } from '../../../container';
import { every } from '../../../container';
import { followLines } from '../../../container/follow-lines';
import { asError } from '../../../errors';
import type { McpDefinition, McpTool } from '../mcp-proxy';
import { callFailed, callTimedOut, serverUnavailable } from '../mcp-errors';
import { isOffered } from '../definition';
import type { Sdk } from '../sdk';
import { scrub, secretsOf } from '../secrets';
import { qualifiedName } from '../tool-names';
import { openTransport } from './open-transport';

/** What a connection works with. */
export interface ConnectionParts {
  readonly sdk: Sdk;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where `${NAME}` is looked up. */
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
}

/** What is asked of a server: how it is answered is passed on as it is. */
export interface Question {
  readonly method: string;
  readonly params?: Record<string, unknown> | undefined;
}

/** Who waits for an answer. */
export interface QuestionOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onprogress?: ((progress: Progress) => void) | undefined;
}

/** A tool as its server describes it. */
export type ToolDescription = Readonly<Record<string, unknown>> & { readonly name: string };

/** What the proxy passes on of changes: lists that are to be read again. */
export type ListName = 'tools' | 'prompts' | 'resources';

/** Takes whatever a server answers: the proxy judges no results. */
const ANYTHING: StandardSchemaV1<unknown, Record<string, unknown>> = {
  '~standard': {
    version: 1,
    vendor: 'respite',
    validate: (value) => ({ value: value as Record<string, unknown> }), // JSON-RPC results are objects
  },
};

/** So many lines of one program are logged. */
const MAX_LOGGED = 1000;

/** So many pages of a list are read; a server that never comes to an end is not followed. */
const MAX_PAGES = 64;

/** One connection to a server, from its opening to its end. */
export class Connection {
  readonly definition: McpDefinition;
  /** Resolves with the reason when it has ended. */
  readonly ended: Promise<string>;
  tools: readonly ToolDescription[] = [];
  readonly #client: Client;
  readonly #parts: ConnectionParts;
  readonly #hide: (text: string) => string;
  #lose: (reason: string) => void = () => undefined;
  #lastWords = (): string => '';
  #stopAsking: (() => void) | undefined;
  #protocolErrors = 0;
  #logged = 0;

  constructor(definition: McpDefinition, parts: ConnectionParts, onListChanged: (list: ListName) => void) {
    this.definition = definition;
    this.#parts = parts;
    const secrets = secretsOf(definition, parts.env);
    this.#hide = (text) => scrub(text, secrets);
    this.ended = new Promise((resolve) => (this.#lose = resolve));
    // A program would be started twice to find out what it speaks; those of today speak both.
    const mode = definition.transport === 'streamable-http' ? 'auto' : 'legacy';
    this.#client = new parts.sdk.client.Client(
      { name: 'respite', version: parts.version },
      { versionNegotiation: { mode }, listChanged: this.#follow(onListChanged) },
    );
  }

  /** @throws Error whatever opening came to; everything is closed again then */
  async open(signal: AbortSignal): Promise<void> {
    const { definition } = this;
    const { sdk, clock, env } = this.#parts;
    const { transport, stderr } = openTransport(sdk, definition, env);
    if (stderr !== undefined) this.#lastWords = followLines([stderr], (line) => this.#log(line), this.#hide);
    this.#client.onclose = () => this.#lose(this.#explain('the connection was closed'));
    this.#client.onerror = (error) => this.#note(error);
    try {
      await this.#client.connect(transport, { timeout: definition.timeout, signal });
      await this.readTools(signal);
    } catch (failure) {
      await this.close();
      throw new Error(this.#explain(this.#hide(asError(failure).message)), { cause: failure });
    }
    const interval = definition.healthInterval;
    if (interval > 0) this.#stopAsking = every(clock, interval, () => void this.#ask());
  }

  get capabilities(): ServerCapabilities {
    return this.#client.getServerCapabilities() ?? {};
  }

  get implementation(): { readonly name: string; readonly version: string } {
    return this.#client.getServerVersion() ?? { name: this.definition.name, version: '0' };
  }

  get instructions(): string | undefined {
    return this.#client.getInstructions();
  }

  /** Reads the list of tools anew; those its definition leaves out are not in it. */
  async readTools(signal?: AbortSignal): Promise<void> {
    if (this.capabilities.tools === undefined) return;
    const found: ToolDescription[] = [];
    let cursor: unknown;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const params = cursor === undefined ? {} : { cursor };
      const answer = await this.request({ method: 'tools/list', params }, { signal });
      const tools = Array.isArray(answer['tools']) ? (answer['tools'] as ToolDescription[]) : []; // as the protocol says
      found.push(...tools.filter(({ name }) => isOffered(this.definition.tools, name)));
      cursor = answer['nextCursor'];
      if (cursor === undefined) break;
    }
    this.tools = found;
  }

  /** What its tools are for those who ask the proxy. */
  described(): McpTool[] {
    const server = this.definition.name;
    return this.tools.map((tool) => ({
      server,
      name: tool.name,
      qualifiedName: qualifiedName(server, tool.name),
      ...(typeof tool['title'] === 'string' && { title: tool['title'] }),
      ...(typeof tool['description'] === 'string' && { description: tool['description'] }),
      inputSchema: (tool['inputSchema'] ?? {}) as McpTool['inputSchema'], // as the protocol says
    }));
  }

  /**
   * Asks the server.
   * @throws RespiteError `MCP_CALL_TIMED_OUT`, `MCP_SERVER_UNAVAILABLE` when the connection is lost, `MCP_CALL_FAILED` with
   * the server's own error as its cause
   */
  async request({ method, params }: Question, options: QuestionOptions = {}): Promise<Record<string, unknown>> {
    const { signal, onprogress } = options;
    try {
      return await this.#client.request({ method, ...(params !== undefined && { params }) }, ANYTHING, {
        timeout: this.definition.timeout,
        resetTimeoutOnProgress: true,
        ...(signal !== undefined && { signal }),
        ...(onprogress !== undefined && { onprogress }),
      });
    } catch (failure) {
      throw this.#judge(asError(failure), method, signal);
    }
  }

  /** Ends it, and its program. */
  async close(): Promise<void> {
    this.#stopAsking?.();
    this.#lose('it was closed');
    await this.#client.close().catch((failure: unknown) => this.#note(asError(failure)));
  }

  #judge(failure: Error, method: string, signal: AbortSignal | undefined): Error {
    const { ProtocolError, SdkError, SdkErrorCode } = this.#parts.sdk.client;
    const { definition } = this;
    if (signal?.aborted === true) return asError(signal.reason);
    if (failure instanceof ProtocolError) return callFailed(definition.name, method, failure);
    if (failure instanceof SdkError && failure.code === SdkErrorCode.RequestTimeout) {
      return callTimedOut(definition, method);
    }
    const reason = this.#explain(this.#hide(reasonOf(failure)));
    // Over HTTP nothing else tells that a server has gone.
    this.#lose(reason);
    return serverUnavailable(definition.name, reason, failure);
  }

  async #ask(): Promise<void> {
    const modern = this.#client.getProtocolEra() === 'modern';
    try {
      await (modern ? this.#client.discover({ timeout: this.definition.timeout }) : this.request({ method: 'ping' }));
    } catch (failure) {
      this.#lose(this.#explain(`it does not answer (${this.#hide(reasonOf(asError(failure)))})`));
    }
  }

  #follow(onListChanged: (list: ListName) => void) {
    const told = (list: ListName) => ({ autoRefresh: false, onChanged: () => onListChanged(list) });
    return { tools: told('tools'), prompts: told('prompts'), resources: told('resources') };
  }

  /** A program that only complains shall not fill the disk. */
  #log(line: string): void {
    const server = this.definition.name;
    this.#logged += 1;
    const { logger } = this.#parts;
    if (this.#logged <= MAX_LOGGED) logger.info({ event: 'mcp_server_stderr', server }, `mcp ${server}: ${line}`);
    if (this.#logged !== MAX_LOGGED) return;
    logger.warn({ event: 'mcp_server_stderr_muted', server }, `mcp ${server}: further lines are not logged`);
  }

  /** What does not end the connection: a line that is no JSON-RPC, a stream that is opened again. */
  #note(error: Error): void {
    this.#protocolErrors += 1;
    // A flood shall not flood the log.
    if (!/^10*$/.test(String(this.#protocolErrors))) return;
    const server = this.definition.name;
    const reason = this.#hide(error.message);
    const fields = { event: 'mcp_server_protocol_error', server, reason, count: this.#protocolErrors };
    this.#parts.logger.warn(fields, `mcp ${server}: ${reason}`);
  }

  #explain(reason: string): string {
    const words = this.#lastWords();
    return words === '' ? reason : `${reason} (it last said: ${words})`;
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(failure: Error): string {
  const { message, cause } = failure;
  if (!(cause instanceof Error)) return message;
  const { code } = cause as NodeJS.ErrnoException;
  return `${message}: ${cause.message || (code ?? cause.name)}`;
}
