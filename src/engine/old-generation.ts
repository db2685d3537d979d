import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { isMainThread, resourceLimits } from 'node:worker_threads';

const MB = 1_048_576;

/** V8's young generation takes three times what a semi-space may. */
const YOUNG_PER_SEMI_SPACE = 3;
/** Where nobody sets it, it is at most so long (Node 20 and 22 end at 48 MB, 24 at 192, 26 at 96), ... */
const MOST_YOUNG_BYTES = 192 * MB;
/** ... and at most such a part of the limit: V8 makes it smaller where there is less memory. */
const MOST_YOUNG_SHARE = 3 / 35;

/** What says how long V8's heap may get. */
export interface HeapSettings {
  /** Bytes: `heap_size_limit` of V8's statistics. */
  readonly limit: number;
  /** Options of Node; of two that say the same, the last counts. */
  readonly options: readonly string[];
  /** Megabytes of the young generation, where Node says it: in worker threads only. */
  readonly youngMb: number | undefined;
  /** Bytes of memory that the process may take at most. */
  readonly memory: number;
}

function settingsOfProcess(): HeapSettings {
  return {
    limit: getHeapStatistics().heap_size_limit,
    options: [...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv],
    youngMb: isMainThread ? undefined : resourceLimits.maxYoungGenerationSizeMb,
    memory: Math.min(process.constrainedMemory() || Infinity, totalmem()),
  };
}

/**
 * Bytes that objects that live may take in V8's heap. V8's limit counts the young generation, too, in which nothing that lives and no
 * long text has room; how long that may get differs by version of Node and by machine, and nothing tells it in the main thread.
 */
export function oldGeneration({ limit, options, youngMb, memory }: HeapSettings = settingsOfProcess()): number {
  const semiSpaceMb = numberIn(options, 'max-semi-space-size');
  const most =
    semiSpaceMb === undefined
      ? Math.min(MOST_YOUNG_BYTES, limit * MOST_YOUNG_SHARE)
      : YOUNG_PER_SEMI_SPACE * semiSpaceMb * MB;
  const percentage = numberIn(options, 'max-old-space-size-percentage');
  const oldMb =
    numberIn(options, 'max-old-space-size') ??
    (percentage === undefined ? undefined : ((percentage / 100) * memory) / MB);
  if (oldMb !== undefined) {
    const young = limit - oldMb * MB;
    // Environments change after the start; then they say nothing about this process. Node rounds to megabytes.
    if (young > -MB && young < Math.max(most, MOST_YOUNG_BYTES) + MB) return oldMb * MB;
  }
  return limit - (semiSpaceMb === undefined && youngMb !== undefined ? youngMb * MB : most);
}

/** The value of an option that V8 takes with dashes and with underscores. */
function numberIn(options: readonly string[], name: string): number | undefined {
  const values = options.flatMap((option) => {
    const [given = '', value = ''] = option.split('=');
    return given.replaceAll('_', '-') === `--${name}` && Number(value) > 0 ? [Number(value)] : [];
  });
  return values.at(-1);
}
