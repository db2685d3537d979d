import { pause } from '../../../container';
import { asError } from '../../../errors';
import type { McpDefinition, McpStatus, McpTool } from '../mcp-proxy';
import { serverUnavailable } from '../mcp-errors';
import { Connection, type ConnectionParts, type ListName, type ToolDescription } from './connection';

/** Between two attempts, at first and at most, in milliseconds; each failure doubles it. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** A connection that lasted so long was a good one. */
const STABLE_MS = 30_000;

/** Who is told of a server. */
export interface UpstreamListener {
  /** Its status is another one. */
  readonly changed: (status: McpStatus) => void;
  /** A list of it is to be read again. */
  readonly listChanged: (list: ListName) => void;
}

/** One defined server: connected, watched, and connected again with growing pauses. */
export class Upstream {
  readonly definition: McpDefinition;
  readonly #parts: ConnectionParts;
  readonly #listener: UpstreamListener;
  readonly #stopping = new AbortController();
  #status: McpStatus;
  #connection: Connection | undefined;
  /** Settled when the attempt under way has ended, however. */
  #attempt: Promise<void> = Promise.resolve();
  #running: Promise<void> = Promise.resolve();

  /** `previous`: what was known of it before this proxy started. */
  constructor(
    definition: McpDefinition,
    parts: ConnectionParts,
    listener: UpstreamListener,
    previous: McpStatus | undefined,
  ) {
    this.definition = definition;
    this.#parts = parts;
    this.#listener = listener;
    this.#status = { reconnects: 0, tools: [], ...previous, state: 'connecting' };
  }

  get status(): McpStatus {
    return this.#status;
  }

  /** Connects, and goes on doing so. */
  start(): void {
    this.#running = this.#run();
  }

  /** Ends the connection and its program. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#connection?.close();
    await this.#running;
  }

  /** @returns what is offered now, nothing while it is not connected */
  tools(): McpTool[] {
    return this.#connection?.described() ?? [];
  }

  description(tool: string): ToolDescription | undefined {
    return this.#connection?.tools.find(({ name }) => name === tool);
  }

  /**
   * The connection; an attempt under way is waited for.
   * @throws RespiteError `MCP_SERVER_UNAVAILABLE`
   */
  async connected(): Promise<Connection> {
    if (this.#connection === undefined) await this.#attempt;
    if (this.#connection !== undefined) return this.#connection;
    throw serverUnavailable(this.definition.name, this.#status.lastError ?? this.#status.state);
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#stopping;
    const isStopping = (): boolean => signal.aborted;
    let wait = FIRST_PAUSE_MS;
    while (!isStopping()) {
      const begin = clock.now();
      const attempt = this.#connect();
      this.#attempt = attempt.then(() => undefined);
      const connection = await attempt;
      if (connection !== undefined) {
        const reason = await connection.ended;
        this.#connection = undefined;
        await connection.close();
        if (isStopping()) break;
        this.#lost(reason);
        if (clock.now() - begin >= STABLE_MS) wait = FIRST_PAUSE_MS;
      }
      if (isStopping() || this.#status.state === 'failed') break;
      // Apart from each other, so that not all programs of a proxy start at once.
      await pause(clock, wait * (0.75 + Math.random() / 4), signal).catch(() => undefined);
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
      if (!isStopping()) this.#set({ state: 'connecting', reconnects: this.#status.reconnects + 1 });
    }
  }

  async #connect(): Promise<Connection | undefined> {
    const { name } = this.definition;
    const connection = new Connection(this.definition, this.#parts, (list) => void this.#listChanged(list));
    try {
      await connection.open(this.#stopping.signal);
    } catch (failure) {
      if (!this.#stopping.signal.aborted) this.#lost(asError(failure).message);
      return undefined;
    }
    this.#connection = connection;
    const tools = connection.tools.map((tool) => tool.name);
    this.#set({ state: 'connected', lastConnected: this.#parts.clock.now(), tools });
    const fields = { event: 'mcp_server_connected', server: name, tools: tools.length };
    this.#parts.logger.info(fields, `mcp ${name}: connected`);
    for (const list of ['tools', 'prompts', 'resources'] as const) this.#listener.listChanged(list);
    return connection;
  }

  #lost(reason: string): void {
    const { name, autoReconnect } = this.definition;
    const state = autoReconnect ? 'waiting' : 'failed';
    this.#set({ state, lastError: reason });
    const fields = { event: 'mcp_server_lost', server: name, state, reason };
    this.#parts.logger.warn(fields, `mcp ${name}: ${reason}`);
    this.#listener.listChanged('tools');
  }

  async #listChanged(list: ListName): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) return;
    if (list === 'tools') {
      // A connection that is lost meanwhile says so itself.
      await connection.readTools().catch(() => undefined);
      if (connection !== this.#connection) return;
      this.#set({ tools: connection.tools.map((tool) => tool.name) });
    }
    this.#listener.listChanged(list);
  }

  #set(change: Partial<McpStatus>): void {
    this.#status = { ...this.#status, ...change };
    if (change.state === 'connected') {
      const { lastError: _, ...rest } = this.#status;
      this.#status = rest;
    }
    this.#listener.changed(this.#status);
  }
}
