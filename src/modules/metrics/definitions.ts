import type { Metric, Sample } from '../../container';
import { type BackendStatistics, DURATION_BOUNDS, type EngineStatistics, type OperationStatistics } from '../cache';
import { SNAPSHOT_DURATION_BOUNDS, type SnapshotDurations, type SnapshotStatus } from '../snapshot';

/** Where the metrics are read from. */
export interface MetricSource {
  /** The name of the backend. */
  readonly backend: string;
  readonly statistics: () => BackendStatistics;
  /** `undefined` when there is no persistence in this process. */
  readonly snapshots: (() => SnapshotStatus) | undefined;
}

/** A metric of the cache: as `Metric`, read from a source. */
type Definition = Omit<Metric, 'collect'> & { readonly collect: (source: MetricSource) => readonly Sample[] };

const perOperation = (
  { backend, statistics }: MetricSource,
  samples: (operation: OperationStatistics, labels: { backend: string; operation: string }) => readonly Sample[],
): Sample[] =>
  statistics().operations.flatMap((operation) => samples(operation, { backend, operation: operation.name }));

const ofEngine = ({ statistics }: MetricSource, read: (engine: EngineStatistics) => number): Sample[] => {
  const { engine } = statistics();
  return engine === undefined ? [] : [{ value: read(engine) }];
};

const ofSnapshots = ({ snapshots }: MetricSource, read: (status: SnapshotStatus) => number | undefined): Sample[] => {
  const value = snapshots === undefined ? undefined : read(snapshots());
  return value === undefined ? [] : [{ value }];
};

const SECOND = 1000;

function bucketsOf({ kind, count, sum, atMost }: SnapshotDurations): Sample[] {
  const labels = { kind };
  return [
    ...SNAPSHOT_DURATION_BOUNDS.map((le, i) => ({
      suffix: '_bucket' as const,
      labels: { ...labels, le },
      value: atMost[i] ?? 0,
    })),
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: count },
  ];
}

/** Every metric of the cache and its snapshots; other modules tell theirs to `Reports`. */
export const METRICS: readonly Definition[] = [
  {
    name: 'respite_cache_operations_total',
    type: 'counter',
    help: 'Commands that got their reply; status is ok or error.',
    labels: ['backend', 'operation', 'status'],
    collect: (source) =>
      perOperation(source, ({ succeeded, failed }, labels) => [
        { labels: { ...labels, status: 'ok' }, value: succeeded },
        { labels: { ...labels, status: 'error' }, value: failed },
      ]),
  },
  {
    name: 'respite_cache_operation_duration_seconds',
    type: 'histogram',
    help: 'How long commands took: in the engine, or from sending them to a server to its reply. Waits are included.',
    labels: ['backend', 'operation'],
    collect: (source) =>
      perOperation(source, ({ durations: { count, sum, atMost } }, labels) => [
        ...DURATION_BOUNDS.map((le) => ({ suffix: '_bucket', labels: { ...labels, le }, value: atMost(le) })),
        { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
        { suffix: '_sum', labels, value: sum },
        { suffix: '_count', labels, value: count },
      ]),
  },
  {
    name: 'respite_snapshot_duration_seconds',
    type: 'histogram',
    help: 'How long writing snapshots took; kind is periodic, final or on demand.',
    labels: ['kind'],
    collect: ({ snapshots }) =>
      snapshots === undefined ? [] : snapshots().durations.flatMap((durations) => bucketsOf(durations)),
  },
  {
    name: 'respite_snapshot_size_bytes',
    type: 'gauge',
    help: 'Size of the data file after the last snapshot.',
    labels: [],
    collect: (source) => ofSnapshots(source, ({ last }) => last?.bytes),
  },
  {
    name: 'respite_snapshot_keys',
    type: 'gauge',
    help: 'Keys in the last snapshot.',
    labels: [],
    collect: (source) => ofSnapshots(source, ({ last, restore }) => last?.keys ?? restore?.keys),
  },
  {
    name: 'respite_snapshot_failures_total',
    type: 'counter',
    help: 'Snapshots that could not be written.',
    labels: [],
    collect: (source) => ofSnapshots(source, ({ failures }) => failures),
  },
  {
    name: 'respite_snapshot_degraded',
    type: 'gauge',
    help: '1 while the health of snapshots or journal is degraded; /readyz and the log say why.',
    labels: [],
    collect: (source) => ofSnapshots(source, ({ health }) => (health === 'ok' ? 0 : 1)),
  },
  {
    name: 'respite_snapshot_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'When the data file last held everything, in seconds since the epoch; 0 = never.',
    labels: [],
    collect: (source) => ofSnapshots(source, ({ lastSuccess }) => lastSuccess / SECOND),
  },
  {
    name: 'respite_restore_duration_seconds',
    type: 'gauge',
    help: 'How long loading the last snapshot took at the start; 0 when there was none.',
    labels: [],
    collect: (source) =>
      ofSnapshots(source, ({ restore }) => (restore === undefined ? undefined : restore.duration / SECOND)),
  },
  {
    name: 'respite_engine_memory_bytes',
    type: 'gauge',
    help: 'What the data takes, as redis.standalone.max_memory counts it.',
    labels: [],
    collect: (source) => ofEngine(source, ({ memoryBytes }) => memoryBytes),
  },
  {
    name: 'respite_engine_memory_limit_bytes',
    type: 'gauge',
    help: 'What the data may take: redis.standalone.max_memory, or what was derived from the heap limit.',
    labels: [],
    collect: (source) => ofEngine(source, ({ memoryLimitBytes }) => memoryLimitBytes),
  },
  {
    name: 'respite_engine_keys',
    type: 'gauge',
    help: 'Keys in all databases.',
    labels: [],
    collect: (source) => ofEngine(source, ({ keys }) => keys),
  },
  {
    name: 'respite_engine_clients',
    type: 'gauge',
    help: 'Connected clients: those in the process and those of the listener.',
    labels: [],
    collect: (source) => ofEngine(source, ({ clients }) => clients),
  },
  {
    name: 'respite_engine_replicas',
    type: 'gauge',
    help: 'Replicas that have all of the data and follow what changes.',
    labels: [],
    collect: (source) => ofEngine(source, ({ replicas }) => replicas),
  },
  {
    name: 'respite_engine_replica_lag_bytes',
    type: 'gauge',
    help: 'Bytes of changes that the slowest replica has not acknowledged; 0 without a replica.',
    labels: [],
    collect: (source) => ofEngine(source, ({ replicaLagBytes }) => replicaLagBytes),
  },
];

/** All of them, read from a source. */
export function cacheMetrics(source: MetricSource): Metric[] {
  return METRICS.map((definition) => ({ ...definition, collect: () => definition.collect(source) }));
}
