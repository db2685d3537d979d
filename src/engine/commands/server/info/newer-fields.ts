import type { Services } from '../../../execution/services';
import { typeOf, type StoredValue } from '../../../keyspace/entry';
import type { Client } from '../../../session/client';

/** What INFO of 8.0 tells besides. */
type Fields = Readonly<Record<string, string | number>>;

/** The fields of a version that has them. */
export function since8({ version }: Services, fields: () => Fields): Fields {
  return version >= '8.0' ? fields() : {};
}

function count(engine: Services, which: (client: Client) => boolean): number {
  let found = 0;
  for (const client of engine.clients.byId.values()) if (which(client)) found += 1;
  return found;
}

/** Clients that listen, and clients that watch. */
export function listeningClients(engine: Services): Fields {
  return {
    pubsub_clients: count(engine, ({ subscriptions }) => subscriptions > 0),
    watching_clients: count(engine, ({ watched }) => watched.size > 0),
  };
}

/** Keys that clients watch or wait for. */
export function watchedKeys(engine: Services): Fields {
  const watched = new Set<string>();
  const waitedFor = new Set<string>();
  const guarded = new Set<string>();
  for (const { watched: ids, blocked } of engine.clients.byId.values()) {
    for (const id of ids.keys()) watched.add(id);
    if (blocked === undefined) continue;
    for (const key of blocked.block.keys) {
      const id = `${String(blocked.database.index)} ${key}`;
      waitedFor.add(id);
      if (blocked.block.noticesRemoval) guarded.add(id);
    }
  }
  return {
    total_watched_keys: watched.size,
    total_blocking_keys: waitedFor.size,
    total_blocking_keys_on_nokey: guarded.size,
  };
}

/** How often somebody was refused. */
export function refusals({ acl: { log } }: Services): Fields {
  return {
    acl_access_denied_auth: log.refused.auth,
    acl_access_denied_cmd: log.refused.command,
    acl_access_denied_key: log.refused.key,
    acl_access_denied_channel: log.refused.channel,
  };
}

/** There is one thread. */
export function threadLines({ clients, counters }: Services): string[] {
  return [
    `io_thread_0:clients=${String(clients.byId.size)},reads=${String(counters.reads)},writes=${String(counters.writes)}`,
  ];
}

/** Of a database with more keys sizes are not told: each INFO would look at all of them. */
const MOST_KEYS_MEASURED = 100_000;

const DISTRIBUTIONS = [
  ['string', 'strings_sizes'],
  ['list', 'lists_items'],
  ['set', 'sets_items'],
  ['zset', 'zsets_items'],
  ['hash', 'hashes_items'],
] as const;

const sizeOf = (value: StoredValue) =>
  typeof value === 'string' ? value.length : 'size' in value ? value.size : value.length;

/** How many values have so many elements or bytes, by powers of two. */
export function keySizeLines({ keyspace }: Services): string[] {
  return keyspace.databases.flatMap(({ index, dataset }) => {
    if (dataset.size > MOST_KEYS_MEASURED) return [];
    const sizes = new Map<string, Map<number, number>>();
    for (const { value } of dataset.keys.entries()) {
      const type = typeOf(value);
      const size = sizeOf(value);
      const bin = size === 0 ? 0 : 2 ** Math.floor(Math.log2(size));
      const bins = sizes.get(type) ?? new Map<number, number>();
      sizes.set(type, bins.set(bin, (bins.get(bin) ?? 0) + 1));
    }
    return DISTRIBUTIONS.flatMap(([type, name]) => {
      const bins = [...(sizes.get(type) ?? [])].sort(([a], [b]) => a - b);
      if (bins.length === 0) return [];
      return [`db${String(index)}_distrib_${name}:${bins.map(([bin, n]) => `${shown(bin)}=${String(n)}`).join(',')}`];
    });
  });
}

const UNITS = ['', 'K', 'M', 'G', 'T'];

/** A power of two, with the unit it has in binary thousands. */
function shown(bin: number): string {
  const unit = bin === 0 ? 0 : Math.floor(Math.log2(bin) / 10);
  return `${String(bin / 1024 ** unit)}${UNITS[unit] ?? ''}`;
}
