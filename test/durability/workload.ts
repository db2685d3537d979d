import type { Clock } from '../../src/engine/clock';
import { bigValueOperation, type Operation } from '../support/big-value-operations';
import { SeededRandom } from '../support/seeded-random';

/** Stands still, so that stream ids and times of delivery are the same wherever a workload runs. */
export const FROZEN: Clock = { now: () => 1_800_000_000_000, setTimer: () => undefined, clearTimer: () => undefined };

/** What a data directory is kept with. */
export interface Keeping {
  readonly encryptionKey?: Uint8Array | undefined;
  /** With `always` there are journals. */
  readonly durability: 'snapshot' | 'always';
  /** Snapshots there are to fall back on, the data file counted; default 1, no copies. */
  readonly generations?: number;
}

/** Far enough away never to expire during a campaign; a fixed time, so that a seed always gives the same state. */
const FAR_FUTURE = 4_000_000_000_000;

/**
 * What step `step` of a workload does: some dozens to hundreds of changes, with long keys, large values, values in
 * segments, deletions, expiries, FLUSHDB and SWAPDB among them. The last one sets `step` to the step's number.
 */
export function operationsOf(seed: number, step: number): readonly Operation[] {
  const random = new SeededRandom(seed * 7919 + step);
  const operations: Operation[] = [];
  for (let left = 20 + random.below(200); left > 0; left--) operations.push(operation(random, step));
  operations.push(['SELECT', '0']);
  for (let left = random.below(20); left > 0; left--) operations.push(bigValueOperation(random));
  if (random.below(12) === 0) operations.push(['SELECT', '1'], ['FLUSHDB']);
  if (random.below(12) === 0) operations.push(['SWAPDB', '1', '2']);
  operations.push(['SELECT', '0'], ['SET', 'step', String(step)]);
  return operations;
}

/** As `operationsOf`, without streams: of their groups a journal says less, as Redis' does (docs/reference/durability.md). */
export function journaledOperationsOf(seed: number, step: number): readonly Operation[] {
  return operationsOf(seed, step).filter((words) => !words.some((word) => word.startsWith('big:stream')));
}

/** What a step does to a directory that is kept so. */
export function stepOf({ durability }: Keeping, seed: number, step: number): readonly Operation[] {
  return (durability === 'always' ? journaledOperationsOf : operationsOf)(seed, step);
}

function operation(random: SeededRandom, step: number): Operation {
  const number = random.below(2_000);
  const key = number % 97 === 0 ? `long:${String(number)}:${'k'.repeat(2_500)}` : `key:${String(number)}`;
  const content = `${String(step)}:${String(random.below(1e6))}:`;
  switch (random.below(8)) {
    case 0:
      return ['DEL', key];
    case 1:
      return ['SELECT', String(random.below(3))];
    case 2:
      return ['PEXPIREAT', key, String(FAR_FUTURE + random.below(1e9))];
    case 3:
      // The prefix keeps hashes and strings apart.
      return ['HSET', `hash:${String(number % 100)}`, `field:${String(random.below(20))}`, content];
    default:
      return ['SET', key, content + 'x'.repeat(random.below(random.below(30) === 0 ? 20_000 : 150))];
  }
}
