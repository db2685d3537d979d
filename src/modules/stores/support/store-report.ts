import type { Report, Sample } from '../../../container';

/** What one operation did, in this process. */
interface OperationCount {
  succeeded: number;
  failed: number;
  /** Milliseconds. */
  duration: number;
}

/** By the name of the operation: `tasks.save`. */
const counts = new Map<string, OperationCount>();

const SECOND = 1000;

/** Counts what `work` comes to. */
export async function counted<T>(operation: string, work: () => Promise<T>): Promise<T> {
  let count = counts.get(operation);
  if (count === undefined) counts.set(operation, (count = { succeeded: 0, failed: 0, duration: 0 }));
  // How long it took belongs to the machine, whatever time it is for the application.
  const begin = performance.now();
  try {
    const value = await work();
    count.succeeded += 1;
    return value;
  } catch (failure) {
    count.failed += 1;
    throw failure;
  } finally {
    count.duration += performance.now() - begin;
  }
}

const perOperation = (samples: (operation: string, count: OperationCount) => readonly Sample[]): readonly Sample[] =>
  [...counts].flatMap(([operation, count]) => samples(operation, count));

/**
 * The operations of all stores of this process, of every application in it. Each store's module adds it; there is one, so
 * that it counts once.
 */
export const storeReport: Report = {
  name: 'stores',
  metrics: [
    {
      name: 'respite_store_operations_total',
      type: 'counter',
      help: 'Operations of stores, locks and the event bus that Redis was asked for; status is ok or error.',
      labels: ['operation', 'status'],
      collect: () =>
        perOperation((operation, { succeeded, failed }) => [
          { labels: { operation, status: 'ok' }, value: succeeded },
          { labels: { operation, status: 'error' }, value: failed },
        ]),
    },
    {
      name: 'respite_store_operation_duration_seconds',
      type: 'summary',
      help: 'How long they took, retries and waits for the connection included.',
      labels: ['operation'],
      collect: () =>
        perOperation((operation, { succeeded, failed, duration }) => [
          { suffix: '_sum', labels: { operation }, value: duration / SECOND },
          { suffix: '_count', labels: { operation }, value: succeeded + failed },
        ]),
    },
  ],
};
