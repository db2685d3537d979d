import type { Clock } from '../clock';
import type { StoredValue } from '../keyspace/entry';
import type { Keyspace } from '../keyspace/keyspace';
import type { FunctionLibraries } from '../scripting/function-libraries';

/** Where data is copied from, and to. */
export interface CopyParts {
  readonly clock: Clock;
  readonly keyspace: Keyspace;
  readonly libraries: FunctionLibraries;
  readonly blocking: { serveReady(): void };
  accessStamp(): number;
}

/** A key with a value of its own. */
interface KeptKey {
  readonly key: string;
  readonly value: StoredValue;
  /** Milliseconds since the epoch; 0 = never. */
  readonly expireAt: number;
}

/** All that clients wrote into an engine. */
export interface EngineData {
  /** By the number of the database. */
  readonly databases: readonly (readonly KeptKey[])[];
  /** The sources of the function libraries. */
  readonly libraries: readonly string[];
}

/** Copies the data of an engine; keys whose time has come are left out. */
export function copyData({ keyspace, libraries, clock }: CopyParts): EngineData {
  const now = clock.now();
  const databases = keyspace.databases.map(({ dataset }) => {
    const kept: KeptKey[] = [];
    for (let i = 0; i < dataset.size; i++) {
      const entry = dataset.keys.at(i);
      if (entry === undefined) continue;
      const expireAt = entry.heapIndex < 0 ? 0 : dataset.expireAt(entry);
      if (isAlive(expireAt, now)) kept.push({ key: entry.key, value: copyValue(entry.value), expireAt });
    }
    return kept;
  });
  return { databases, libraries: libraries.sources() };
}

/** Puts copies of the data in the place of what an engine holds; who watches or waits for a key gets to know. */
export function replaceData(parts: CopyParts, data: EngineData): void {
  const { keyspace, clock } = parts;
  const now = clock.now();
  for (const database of keyspace.databases) keyspace.flush(database);
  for (const [index, keys] of data.databases.entries()) {
    if (keys.length === 0) continue;
    const database = keyspace.database(index);
    for (const { key, value, expireAt } of keys) {
      if (!isAlive(expireAt, now)) continue;
      keyspace.touch(database, key);
      const entry = database.dataset.put(key, copyValue(value), parts.accessStamp());
      if (expireAt !== 0) keyspace.setExpiry(database, entry, expireAt);
    }
  }
  parts.libraries.restore(data.libraries);
  parts.blocking.serveReady();
}

function isAlive(expireAt: number, now: number): boolean {
  return expireAt === 0 || now <= expireAt;
}

function copyValue(value: StoredValue): StoredValue {
  return typeof value === 'string' ? value : value.clone();
}
