import type { Engine } from '../../engine';

/** What INFO memory and MEMORY STATS agree on, in bytes. */
export interface MemoryReport {
  /** Estimated size of all keys and values: what the memory limit is compared with. */
  readonly used: number;
  readonly peak: number;
  readonly dataset: number;
  /** The part of `used` that is not values: entries and indexes. */
  readonly overhead: number;
  readonly heapUsed: number;
  readonly heapTotal: number;
  readonly resident: number;
}

export function memoryReport({ memory, keyspace }: Engine): MemoryReport {
  const { heapUsed, heapTotal, rss } = process.memoryUsage();
  const { used } = memory;
  const keys = keyspace.databases.reduce((sum, { dataset }) => sum + dataset.size, 0);
  const overhead = Math.min(used, keys * KEY_OVERHEAD);
  return { used, peak: memory.peak, dataset: used - overhead, overhead, heapUsed, heapTotal, resident: rss };
}

/** Per key: entry, map slot and index slot; see `entryBytes`. */
const KEY_OVERHEAD = 130;
