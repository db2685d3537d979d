import { type InitContext, type Metric, ReportsToken, worstOf } from '../../container';
import { type BackendHealth, CacheBackend, isMeasured } from '../cache';
import { SnapshotManager } from '../snapshot';
import { CollectedMetric } from './collected-metric';
import { cacheMetrics, type MetricSource } from './definitions';
import { NO_PROM_CLIENT, openEndpoint } from './endpoint';
import type { MetricsEndpoint } from './metrics-endpoint';
import type { MetricsRegistry } from './metrics-registry';

/** Fills a registry with what Respite knows, and serves it, and health, when `metrics.enabled` says so. */
export async function reportTo(
  registry: MetricsRegistry | undefined,
  context: InitContext,
): Promise<MetricsEndpoint | undefined> {
  if (registry !== undefined) fill(registry, context);
  return context.config.metrics.enabled ? serve(registry, context) : undefined;
}

function fill(registry: MetricsRegistry, { get, defer }: InitContext): void {
  const backend = get(CacheBackend);
  const snapshots = get(SnapshotManager);
  const source: MetricSource = {
    backend: backend.name,
    statistics: isMeasured(backend) ? backend.measure() : () => ({ operations: [], engine: undefined }),
    snapshots: snapshots === undefined ? undefined : () => snapshots.status(),
  };
  defer(register(registry, cacheMetrics(source)));
  defer(get(ReportsToken).follow(({ metrics = [] }) => register(registry, metrics)));
}

/** @returns what takes them out again */
function register(registry: MetricsRegistry, metrics: readonly Metric[]): () => void {
  // `never` is what our description of the registry says; CollectedMetric is what prom-client asks for.
  for (const metric of metrics) registry.registerMetric(new CollectedMetric(metric) as never);
  return () => {
    for (const { name } of metrics) registry.removeSingleMetric(name);
  };
}

async function serve(registry: MetricsRegistry | undefined, context: InitContext): Promise<MetricsEndpoint> {
  const { config, logger, get, defer } = context;
  const { host, port, token } = config.metrics;
  const backend = get(CacheBackend);
  const health = async (): Promise<BackendHealth> => {
    const modules = get(ReportsToken).health();
    const own = await backend.health();
    return { ...own, status: worstOf([own.status, modules.status]), reasons: [...own.reasons, ...modules.reasons] };
  };
  const endpoint = await openEndpoint({ host, port, token, registry, logger, health });
  defer(() => endpoint.close());
  const { url } = endpoint;
  if (registry === undefined) {
    const message = `metrics: ${NO_PROM_CLIENT}; /healthz and /readyz are served`;
    logger.warn({ event: 'metrics_without_prom_client', url }, message);
  } else logger.info({ event: 'metrics_serving', url }, 'metrics and health are served over HTTP');
  return { url };
}
