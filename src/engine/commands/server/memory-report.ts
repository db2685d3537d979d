import type { Engine } from '../../engine';
import { ENTRY_OVERHEAD } from '../../keyspace/entry';
import { STARTUP_BYTES } from '../../keyspace/memory';

/** What INFO memory and MEMORY STATS agree on, in bytes. */
export interface MemoryReport {
  /** Estimated size of the engine and all keys and values: what the memory limit is compared with. */
  readonly used: number;
  readonly peak: number;
  readonly dataset: number;
  /** The part of `used` that is not values: the engine itself, entries and indexes. */
  readonly overhead: number;
  readonly heapUsed: number;
  readonly heapTotal: number;
  readonly resident: number;
}

export function memoryReport({ memory, keyspace }: Engine): MemoryReport {
  const { heapUsed, heapTotal, rss } = process.memoryUsage();
  const { used } = memory;
  const keys = keyspace.databases.reduce((sum, { dataset }) => sum + dataset.size, 0);
  const overhead = Math.min(used, STARTUP_BYTES + keys * ENTRY_OVERHEAD);
  return { used, peak: memory.peak, dataset: used - overhead, overhead, heapUsed, heapTotal, resident: rss };
}
