import type { Redis } from 'ioredis';
import type { MovedItem } from '../transfer';
import { type KeySource, type NamesOfDatabase, type Page, RedisSource, type SourceSettings } from './redis-source';
import { mastersOf } from './replies';
import { SeenKeys } from './seen-keys';

/** The data of a Redis Cluster: that of its masters, one after the other. */
class ClusterSource implements KeySource {
  readonly #nodes: readonly RedisSource[];

  constructor(cluster: Redis, settings: SourceSettings) {
    this.#nodes = mastersOf(cluster).map((node) => new RedisSource(node, settings));
  }

  async databases(): Promise<readonly (readonly [db: number, keys: number])[]> {
    const all = (await Promise.all(this.#nodes.map((node) => node.databases()))).flat();
    return all.length === 0 ? [] : [[0, all.reduce((sum, [, keys]) => sum + keys, 0)]];
  }

  async hasTimedFields(): Promise<boolean> {
    return (await Promise.all(this.#nodes.map((node) => node.hasTimedFields()))).includes(true);
  }

  /** All masters have the same. */
  async libraries(): Promise<readonly string[]> {
    return (await this.#nodes[0]?.libraries()) ?? [];
  }

  async *batches(signal: AbortSignal | undefined): AsyncGenerator<readonly MovedItem[], void, undefined> {
    for await (const { items } of this.pages(signal)) if (items.length > 0) yield items;
  }

  async *names(signal: AbortSignal | undefined): AsyncGenerator<NamesOfDatabase, void, undefined> {
    for (const node of this.#nodes) yield* node.names(signal);
  }

  /** There are no positions: slots may have moved when somebody goes on. */
  async *pages(signal: AbortSignal | undefined): AsyncGenerator<Page, void, undefined> {
    // A key of a slot that moves may be met on two nodes.
    const seen = new SeenKeys();
    for (const [i, node] of this.#nodes.entries()) {
      for await (const { items } of node.pages(signal)) {
        yield {
          items: items.filter((item) => {
            if (item.kind === 'function') return i === 0;
            return (item.kind === 'part' && !item.first) || seen.add(item.key);
          }),
        };
      }
    }
  }
}

/** The data behind a client, of one server or of a Redis Cluster. */
export function sourceOf(client: Redis, settings: SourceSettings): KeySource {
  return client.isCluster ? new ClusterSource(client, settings) : new RedisSource(client, settings);
}
