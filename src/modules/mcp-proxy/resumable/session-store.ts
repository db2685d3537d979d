import type { CacheBackend } from '../../cache';
import { checkDuration, checkName, fromJson, perform, slotKey, toJson } from '../../stores/support';

const HOUR_MS = 3_600_000;

/** Settings of a session store. */
export interface McpSessionStoreOptions {
  /** Milliseconds a session is kept after it was last read; default an hour. */
  readonly ttl?: number;
}

/**
 * What the processes of an MCP server have to know of each other's sessions: whatever is needed to go on with one elsewhere,
 * such as the `initialize` request it began with. Each is a key that lives on while it is used.
 */
export class RedisSessionStore {
  readonly #client: CacheBackend['client'];
  readonly #ttl: number;

  /** @throws RespiteError `INPUT_INVALID` */
  constructor(backend: CacheBackend, { ttl = HOUR_MS }: McpSessionStoreOptions = {}) {
    checkDuration('RedisSessionStore: ttl', ttl);
    this.#client = backend.client;
    this.#ttl = ttl;
  }

  /** @throws RespiteError `INPUT_INVALID`, `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`, `STORE_FAILED` */
  async save(sessionId: string, data: unknown): Promise<void> {
    const key = keyOf('mcp.saveSession', sessionId);
    const json = toJson(`The MCP session "${sessionId}"`, data);
    await perform('mcp.saveSession', sessionId, () => this.#client.set(key, json, 'PX', this.#ttl));
  }

  /** What was saved, which then lives for its whole time again; `undefined` when there is no such session (any more). */
  async get(sessionId: string): Promise<unknown> {
    const key = keyOf('mcp.getSession', sessionId);
    const json = await perform('mcp.getSession', sessionId, () => this.#client.getex(key, 'PX', this.#ttl));
    return json === null ? undefined : fromJson(`The MCP session "${sessionId}"`, json);
  }

  /** @returns whether there was one */
  async delete(sessionId: string): Promise<boolean> {
    const key = keyOf('mcp.deleteSession', sessionId);
    return perform('mcp.deleteSession', sessionId, async () => (await this.#client.del(key)) > 0);
  }
}

function keyOf(operation: string, sessionId: string): string {
  checkName(`${operation}: sessionId`, sessionId);
  return slotKey('mcp-session', sessionId, 'data');
}
