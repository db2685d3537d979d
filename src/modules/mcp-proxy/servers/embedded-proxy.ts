import { every, type ModuleHealth } from '../../../container';
import { asError, RespiteError } from '../../../errors';
import type { McpDefinition, McpDefinitionInput, McpProxy, McpServer, McpTool, McpToolResult } from '../mcp-proxy';
import { toDefinition } from '../definition';
import { serverExists, serverUnknown, toolUnknown } from '../mcp-errors';
import { redactDefinition, restoreSecrets } from '../secrets';
import type { DefinitionStore } from '../storage/definition-store';
import type { ConnectionParts, ListName, QuestionOptions, ToolDescription } from './connection';
import { Upstream } from './upstream';

/** How often is compared what is defined with what runs, should a message have been lost, in milliseconds. */
const RECONCILE_MS = 30_000;

/** What the proxy counts. */
export interface McpProxyStats {
  /** Calls of tools by how they ended. */
  readonly calls: { readonly ok: number; readonly error: number };
  /** Milliseconds in all of them. */
  readonly duration: number;
  /** How many servers are in each state. */
  readonly servers: Readonly<Record<'connecting' | 'connected' | 'waiting' | 'failed', number>>;
  /** How often a connection was tried again. */
  readonly reconnects: number;
}

/** Told that a list of a server, or which servers there are, is another one. */
export type ListListener = (server: string, list: ListName) => void;

/** The proxy in this process: a connection for every definition, as the store has them. */
export class EmbeddedProxy implements McpProxy {
  /** Told what changes; set by who serves it. */
  onListChanged: ListListener = () => undefined;
  /** Set once it is served. */
  url = '';
  readonly #store: DefinitionStore;
  readonly #parts: ConnectionParts;
  readonly #upstreams = new Map<string, Upstream>();
  readonly #counts = { ok: 0, error: 0, duration: 0 };
  #syncing: Promise<void> = Promise.resolve();
  #stopReconciling: (() => void) | undefined;
  #closed = false;

  constructor(store: DefinitionStore, parts: ConnectionParts) {
    this.#store = store;
    this.#parts = parts;
  }

  /** Connects what is defined, without waiting for it, and follows what others define. */
  async start(): Promise<void> {
    await this.#store.follow(() => void this.#sync());
    await this.#sync({ quietly: false });
    this.#stopReconciling = every(this.#parts.clock, RECONCILE_MS, () => void this.#sync());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopReconciling?.();
    await this.#syncing;
    await Promise.all([...this.#upstreams.values()].map((upstream) => upstream.stop()));
    this.#store.close();
  }

  async list(): Promise<McpServer[]> {
    const definitions = await this.#store.definitions();
    return Promise.all([...definitions.values()].map((definition) => this.#shown(definition)));
  }

  async get(name: string): Promise<McpServer> {
    const definition = await this.#store.definition(name);
    if (definition === undefined) throw serverUnknown(name);
    return this.#shown(definition);
  }

  async create(input: McpDefinitionInput): Promise<McpServer> {
    const definition = restoreSecrets(toDefinition(input), undefined);
    if (!(await this.#store.create(definition))) throw serverExists(definition.name);
    await this.#sync();
    return this.#shown(definition);
  }

  async put(input: McpDefinitionInput): Promise<McpServer> {
    const written = toDefinition(input);
    const definition = restoreSecrets(written, await this.#store.definition(written.name));
    await this.#store.put(definition);
    await this.#sync({ again: written.name });
    return this.#shown(definition);
  }

  async delete(name: string): Promise<boolean> {
    const existed = await this.#store.delete(name);
    await this.#sync();
    return existed;
  }

  async tools(): Promise<McpTool[]> {
    return this.offered();
  }

  async call(
    server: string,
    tool: string,
    args: Readonly<Record<string, unknown>> = {},
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<McpToolResult> {
    return this.callTool(server, { name: tool, arguments: args }, { signal });
  }

  /** As `call`, with the parameters as the protocol has them. */
  async callTool(
    server: string,
    params: Record<string, unknown> & { readonly name: string },
    options: QuestionOptions,
  ): Promise<Record<string, unknown>> {
    const { clock } = this.#parts;
    const begin = clock.now();
    try {
      const connection = await this.upstream(server).connected();
      if (!connection.tools.some(({ name }) => name === params.name)) throw toolUnknown(server, params.name);
      const answer = await connection.request({ method: 'tools/call', params }, options);
      this.#counts.ok += 1;
      return answer;
    } catch (failure) {
      this.#counts.error += 1;
      throw failure;
    } finally {
      this.#counts.duration += clock.now() - begin;
    }
  }

  /** What all connected servers offer, in the order of their names. */
  offered(): McpTool[] {
    return [...this.#upstreams].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, upstream]) => upstream.tools());
  }

  /** A tool as its server describes it. */
  description(server: string, tool: string): ToolDescription | undefined {
    return this.#upstreams.get(server)?.description(tool);
  }

  /** @throws RespiteError `MCP_SERVER_UNKNOWN` */
  upstream(name: string): Upstream {
    const found = this.#upstreams.get(name);
    if (found === undefined) throw serverUnknown(name);
    return found;
  }

  stats(): McpProxyStats {
    const servers = { connecting: 0, connected: 0, waiting: 0, failed: 0 };
    let reconnects = 0;
    for (const { status } of this.#upstreams.values()) {
      servers[status.state] += 1;
      reconnects += status.reconnects;
    }
    const { ok, error, duration } = this.#counts;
    return { calls: { ok, error }, duration, servers, reconnects };
  }

  /** A proxy serves while some of its servers do not. */
  health(): ModuleHealth {
    const reasons = [...this.#upstreams].flatMap(([name, { status }]) =>
      status.state === 'waiting' || status.state === 'failed' ? [`the server "${name}" is not connected`] : [],
    );
    return { status: reasons.length > 0 ? 'degraded' : 'ok', reasons };
  }

  async #shown(definition: McpDefinition): Promise<McpServer> {
    const { name } = definition;
    const known = this.#upstreams.get(name)?.status ?? (await this.#store.status(name));
    return {
      definition: redactDefinition(definition),
      status: known ?? { state: 'connecting', reconnects: 0, tools: [] },
    };
  }

  /**
   * Makes what runs what is defined. One after the other: two at once would start a program twice.
   * @param again a server that is begun anew if it has failed, though its definition is the same
   */
  #sync({ quietly = true, again }: { readonly quietly?: boolean; readonly again?: string } = {}): Promise<void> {
    const run = this.#syncing.then(() => (this.#closed ? undefined : this.#reconcile(again)));
    this.#syncing = run.catch((failure: unknown) => {
      const { message } = asError(failure);
      this.#parts.logger.warn({ event: 'mcp_sync_failed', err: failure }, `mcp: ${message}`);
    });
    return quietly ? this.#syncing : run;
  }

  async #reconcile(again: string | undefined): Promise<void> {
    const wanted = await this.#store.definitions();
    const outdated = [...this.#upstreams].filter(([name, { definition, status }]) => {
      const isOver = name === again && status.state === 'failed';
      return isOver || !isSame(definition, wanted.get(name));
    });
    for (const [name] of outdated) this.#upstreams.delete(name);
    // A program that was replaced has ended before the new one begins: both may want the same port or file.
    await Promise.all(outdated.map(([, upstream]) => upstream.stop()));
    for (const [name, definition] of wanted) {
      if (!this.#upstreams.has(name)) await this.#begin(definition);
    }
    for (const [name] of outdated) if (!wanted.has(name)) this.onListChanged(name, 'tools');
  }

  async #begin(definition: McpDefinition): Promise<void> {
    const { name } = definition;
    const previous = await this.#store.status(name).catch((failure: unknown) => {
      if (!RespiteError.is(failure)) throw failure;
      return undefined;
    });
    const upstream: Upstream = new Upstream(
      definition,
      this.#parts,
      {
        changed: (status) => {
          if (this.#closed || this.#upstreams.get(name) !== upstream) return;
          this.#store.saveStatus(name, status).catch((failure: unknown) => {
            const fields = { event: 'mcp_status_not_saved', server: name, err: failure };
            this.#parts.logger.warn(fields, `mcp ${name}: ${asError(failure).message}`);
          });
        },
        listChanged: (list) => this.onListChanged(name, list),
      },
      previous,
    );
    this.#upstreams.set(name, upstream);
    upstream.start();
  }
}

function isSame(a: McpDefinition, b: McpDefinition | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
