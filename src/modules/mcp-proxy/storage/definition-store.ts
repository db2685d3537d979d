import type { Logger } from '../../../container';
import { asError } from '../../../errors';
import type { CacheBackend } from '../../cache';
import { fromJson, perform, replies, Script, SharedSubscriber, slotKey } from '../../stores/support';
import { toDefinition } from '../definition';
import type { McpDefinition, McpStatus } from '../mcp-proxy';

const saveStatusScript = new Script(__dirname, 'save-status', { short: true });

const DEFINITIONS = slotKey('mcp', 'proxy', 'definitions');
const STATUSES = slotKey('mcp', 'proxy', 'status');
/** In the same slot as the keys; a message is the name of what was changed. */
const CHANGED = slotKey('mcp', 'proxy', 'changed');

/** Definitions and statuses of MCP servers on a `CacheBackend`: a hash each. Proxies that share it see each other's changes. */
export class DefinitionStore {
  readonly #client: CacheBackend['client'];
  readonly #subscriber: SharedSubscriber;
  readonly #logger: Logger;

  constructor(backend: CacheBackend, logger: Logger) {
    this.#client = backend.client;
    this.#subscriber = new SharedSubscriber(backend);
    this.#logger = logger;
  }

  /** By name. What another program wrote there is logged and left out. */
  async definitions(): Promise<Map<string, McpDefinition>> {
    const all = await perform('mcp.definitions', 'all', () => this.#client.hgetall(DEFINITIONS));
    const names = Object.keys(all).sort();
    return new Map(
      names.flatMap((name) => {
        const definition = this.#read(name, all[name] ?? '');
        return definition === undefined ? [] : [[name, definition]];
      }),
    );
  }

  async definition(name: string): Promise<McpDefinition | undefined> {
    const json = await perform('mcp.definition', name, () => this.#client.hget(DEFINITIONS, name));
    return json === null ? undefined : this.#read(name, json);
  }

  /** @returns false when there is one of that name */
  async create(definition: McpDefinition): Promise<boolean> {
    const { name } = definition;
    return perform('mcp.create', name, async () => {
      const created = await this.#client.hsetnx(DEFINITIONS, name, JSON.stringify(definition));
      if (created === 1) await this.#client.publish(CHANGED, name);
      return created === 1;
    });
  }

  async put(definition: McpDefinition): Promise<void> {
    const { name } = definition;
    await perform('mcp.put', name, async () => {
      await this.#client.hset(DEFINITIONS, name, JSON.stringify(definition));
      await this.#client.publish(CHANGED, name);
    });
  }

  /** @returns whether there was one */
  async delete(name: string): Promise<boolean> {
    return perform('mcp.delete', name, async () => {
      const transaction = this.#client.multi().hdel(DEFINITIONS, name).hdel(STATUSES, name);
      const [removed] = await replies(transaction.exec());
      await this.#client.publish(CHANGED, name);
      return removed === 1;
    });
  }

  /** What was last known of a server, by whichever proxy. */
  async status(name: string): Promise<McpStatus | undefined> {
    const json = await perform('mcp.status', name, () => this.#client.hget(STATUSES, name));
    // Only ours is written there; what is not JSON is an error that says so.
    return json === null ? undefined : (fromJson(`The status of the MCP server "${name}"`, json) as McpStatus);
  }

  async saveStatus(name: string, status: McpStatus): Promise<void> {
    await perform('mcp.saveStatus', name, () =>
      saveStatusScript.run(this.#client, [DEFINITIONS, STATUSES], [name, JSON.stringify(status)]),
    );
  }

  /** Calls back whenever a proxy, this one included, has changed a definition. */
  async follow(listener: () => void): Promise<void> {
    await perform('mcp.follow', CHANGED, () => this.#subscriber.listen([{ kind: 'channel', name: CHANGED }], listener));
  }

  close(): void {
    this.#subscriber.close();
  }

  #read(name: string, json: string): McpDefinition | undefined {
    try {
      return toDefinition(fromJson(`The definition of the MCP server "${name}"`, json));
    } catch (failure) {
      const { message } = asError(failure);
      this.#logger.warn({ event: 'mcp_definition_damaged', server: name, reason: message }, `mcp: ${message}`);
      return undefined;
    }
  }
}
