import { statfsSync } from 'node:fs';
import { printCount, printDuration } from '../../errors';

/** A last success older than so many intervals is a trouble. */
const MOST_INTERVALS = 3;

/** Free space below so many times the data file is one. */
const LEAST_ROOM = 2;

/** What health is judged by. */
export interface HealthFacts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** When the data file last held everything, or else the start; milliseconds since the epoch. */
  readonly lastSuccess: number;
  /** Milliseconds between periodic snapshots; 0 = there are none. */
  readonly interval: number;
  /** What snapshots say. */
  readonly failing: string | undefined;
  /** What the journal says. */
  readonly journal: string | undefined;
  /** Where the start moved a damaged snapshot to. */
  readonly quarantined: string | undefined;
  /** Size of the data file, bytes; 0 = not known. */
  readonly dataBytes: number;
  /** Free on its disk, bytes; `undefined` = not known. */
  readonly freeBytes: number | undefined;
}

/** What is wrong, each in a sentence; nothing when all is well. */
export function troublesOf(facts: HealthFacts): string[] {
  const { failing, journal, quarantined } = facts;
  return [
    failing,
    journal && `the journal cannot be written, writes are refused: ${journal}`,
    quarantined && `the start found a damaged snapshot and moved it to ${quarantined}`,
    staleness(facts),
    lackOfRoom(facts),
  ].filter((trouble) => trouble !== undefined);
}

function staleness({ now, lastSuccess, interval }: HealthFacts): string | undefined {
  const age = now - lastSuccess;
  if (interval === 0 || age <= MOST_INTERVALS * interval) return undefined;
  return `the last snapshot is from ${new Date(lastSuccess).toISOString()}, more than ${String(MOST_INTERVALS)} intervals of ${String(printDuration(interval))} ago`;
}

function lackOfRoom({ dataBytes, freeBytes }: HealthFacts): string | undefined {
  if (freeBytes === undefined || !isShortOfRoom(dataBytes, freeBytes)) return undefined;
  return `${printCount(freeBytes, 'byte')} are free on the disk, less than twice the data file's ${printCount(dataBytes, 'byte')}`;
}

/** Whether a disk has less room than snapshots may need; both in bytes. */
export function isShortOfRoom(dataBytes: number, freeBytes: number): boolean {
  return freeBytes < LEAST_ROOM * dataBytes;
}

/** What is free on the disk of a path, for who is not root; `undefined` when that cannot be known. */
export function freeBytesAt(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
