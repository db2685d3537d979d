import type { Services } from '../../execution/services';
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
  /** Of EVAL and SCRIPT LOAD. */
  readonly scripts: CodeReport;
  readonly functions: CodeReport;
  readonly heapUsed: number;
  readonly heapTotal: number;
  readonly resident: number;
}

/** Bytes of code that clients brought. */
export interface CodeReport {
  /** Of the texts and their places. */
  readonly sources: number;
  /** Of what they are compiled to, and of what runs them. */
  readonly vm: number;
}

/** What an interpreter takes that has no code yet. */
const VM_BYTES = 32_768;

/** Measures what MEMORY STATS, MEMORY DOCTOR and INFO tell of memory; bytes. */
export function memoryReport({ memory, keyspace, scripts, libraries, replication }: Services): MemoryReport {
  replication.count();
  const { heapUsed, heapTotal, rss } = process.memoryUsage();
  const { used } = memory;
  const keys = keyspace.databases.reduce((sum, { dataset }) => sum + dataset.size, 0);
  const overhead = Math.min(
    used,
    STARTUP_BYTES + keys * ENTRY_OVERHEAD + memory.scriptBytes + memory.backlogBytes + memory.replicaBytes,
  );
  return {
    used,
    peak: memory.peak,
    dataset: used - overhead,
    overhead,
    scripts: { sources: scripts.bytes.sources, vm: VM_BYTES + scripts.bytes.compiled },
    functions: { sources: libraries.bytes.sources, vm: VM_BYTES + libraries.bytes.compiled },
    heapUsed,
    heapTotal,
    resident: rss,
  };
}
