import type { EmbeddedEngine } from '../../../engine';
import type { BackendStatistics, OperationStatistics } from '../backend-statistics';

/** Reads what the engine counts anyway, for INFO: nothing is counted twice, no command pays for it. */
export function readStatistics(engine: EmbeddedEngine): BackendStatistics {
  const { commands, ...figures } = engine.statistics();
  const operations: OperationStatistics[] = [];
  for (const [name, { calls, failed, rejected, microseconds, histogram }] of commands) {
    if (calls + rejected === 0) continue;
    operations.push({
      name,
      succeeded: calls - failed,
      failed: failed + rejected,
      durations: {
        count: histogram?.calls ?? 0,
        sum: microseconds / 1e6,
        atMost: (seconds) => histogram?.countUpTo(seconds * 1e6) ?? 0,
      },
    });
  }
  return { operations, engine: figures };
}
