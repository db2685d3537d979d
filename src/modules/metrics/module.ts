import type * as PromClient from 'prom-client';
import { type AppModule, ConfigToken, type InitContext } from '../../container';
import { RespiteError } from '../../errors';
import { CacheBackend } from '../cache';
import { SnapshotManager } from '../snapshot';
import { MetricsEndpoint } from './metrics-endpoint';
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
    context.provide(MetricsEndpoint, registry === undefined ? undefined : await report(registry, context));
  },
};

/** Loaded here: without metrics nobody needs HTTP. */
function report(registry: MetricsRegistry, context: InitContext): Promise<MetricsEndpoint | undefined> {
  const { reportTo } = require('./report') as typeof import('./report');
  return reportTo(registry, context);
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
