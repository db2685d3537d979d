import type * as PromClient from 'prom-client';
import { type AppModule, ConfigToken, type InitContext } from '../../container';
import { RespiteError } from '../../errors';
import { CacheBackend, isMeasured } from '../cache';
import { SnapshotManager } from '../snapshot';
import { CollectedMetric } from './collected-metric';
import { METRICS, type MetricSource } from './definitions';
import { MetricsEndpoint, openEndpoint } from './endpoint';
import { MetricsRegistry } from './metrics-registry';

/** Provides an empty registry when metrics are asked for. A module of its own, so that overriding it replaces only it. */
export const metricsRegistryModule: AppModule = {
  name: 'metrics-registry',
  provides: [MetricsRegistry],
  requires: [ConfigToken],
  bind(binder) {
    binder.bind(MetricsRegistry, [ConfigToken], ({ metrics }) => (metrics.enabled ? createRegistry() : undefined));
  },
};

/** Fills the registry, if there is one, with what Respite knows, and serves it when `metrics.enabled` says so. */
export const metricsModule: AppModule = {
  name: 'metrics',
  provides: [MetricsEndpoint],
  requires: [MetricsRegistry, CacheBackend, SnapshotManager],
  async onInit(context) {
    const registry = context.get(MetricsRegistry);
    if (registry !== undefined) fill(registry, context);
    const { enabled } = context.config.metrics;
    context.provide(MetricsEndpoint, enabled && registry !== undefined ? await serve(registry, context) : undefined);
  },
};

function fill(registry: MetricsRegistry, { get, defer }: InitContext): void {
  const backend = get(CacheBackend);
  const snapshots = get(SnapshotManager);
  const source: MetricSource = {
    backend: backend.name,
    statistics: isMeasured(backend) ? backend.measure() : () => ({ operations: [], engine: undefined }),
    snapshots: snapshots === undefined ? undefined : () => snapshots.status(),
  };
  for (const definition of METRICS) {
    // `never` is what our description of the registry says; CollectedMetric is what prom-client asks for.
    registry.registerMetric(new CollectedMetric(definition, source) as never);
    defer(() => {
      registry.removeSingleMetric(definition.name);
    });
  }
}

async function serve(registry: MetricsRegistry, context: InitContext): Promise<MetricsEndpoint> {
  const { config, logger, get, defer } = context;
  const { host, port, token } = config.metrics;
  const backend = get(CacheBackend);
  const endpoint = await openEndpoint({ host, port, token, registry, logger, health: () => backend.health() });
  defer(() => endpoint.close());
  const { url } = endpoint;
  logger.info({ event: 'metrics_serving', url }, `metrics are served at ${url}/metrics`);
  return { url };
}

/** An optional peer dependency, loaded where it is used. */
function createRegistry(): MetricsRegistry {
  try {
    const { Registry } = require('prom-client') as typeof PromClient;
    return new Registry();
  } catch (cause) {
    throw new RespiteError('METRICS_UNAVAILABLE', {
      message:
        'metrics.enabled is set, but the package prom-client is not installed. Run "npm install prom-client@15".',
      cause,
    });
  }
}
