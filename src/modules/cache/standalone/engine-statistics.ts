import type { Engine } from '../../../engine';
import type { BackendStatistics, OperationStatistics } from '../backend-statistics';

/** Reads what the engine counts anyway, for INFO: nothing is counted twice, no command pays for it. */
export function readStatistics(engine: Engine): BackendStatistics {
  return {
    operations: operationsOf(engine),
    engine: {
      memoryBytes: engine.memory.used,
      memoryLimitBytes: engine.memory.limit,
      keys: engine.keyspace.databases.reduce((sum, { dataset }) => sum + dataset.size, 0),
      clients: engine.clients.visible().length,
    },
  };
}

function operationsOf(engine: Engine): OperationStatistics[] {
  const operations: OperationStatistics[] = [];
  for (const { fullName, stats } of engine.commands.records()) {
    const { calls, failed, rejected, microseconds, histogram } = stats;
    if (calls + rejected === 0) continue;
    operations.push({
      name: fullName,
      succeeded: calls - failed,
      failed: failed + rejected,
      durations: {
        count: histogram?.calls ?? 0,
        sum: microseconds / 1e6,
        atMost: (seconds) => histogram?.countUpTo(seconds * 1e6) ?? 0,
      },
    });
  }
  return operations;
}
