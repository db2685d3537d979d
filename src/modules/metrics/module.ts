import type * as PromClient from 'prom-client';
import { type AppModule, type InitContext, ReportsToken } from '../../container';
import { asError, RespiteError } from '../../errors';
import { CacheBackend } from '../cache';
import { SnapshotManager } from '../snapshot';
import { MetricsEndpoint } from './metrics-endpoint';
import { MetricsRegistry } from './metrics-registry';

/** Provides an empty registry when metrics are asked for and prom-client is installed. A module of its own, so that overriding it replaces only it. */
export const metricsRegistryModule: AppModule = {
  name: 'metrics-registry',
  provides: [MetricsRegistry],
  requires: [],
  onInit({ config, provide }) {
    provide(MetricsRegistry, config.metrics.enabled ? createRegistry() : undefined);
  },
};

/**
 * Fills the registry, if there is one, with what Respite knows, and serves it when `metrics.enabled` says so. Health is
 * served without a registry as well.
 */
export const metricsModule: AppModule = {
  name: 'metrics',
  provides: [MetricsEndpoint],
  requires: [MetricsRegistry, CacheBackend, SnapshotManager, ReportsToken],
  async onInit(context) {
    const registry = context.get(MetricsRegistry);
    const needed = registry !== undefined || context.config.metrics.enabled;
    context.provide(MetricsEndpoint, needed ? await report(registry, context) : undefined);
  },
};

/** Loaded here: without metrics nobody needs HTTP. */
function report(registry: MetricsRegistry | undefined, context: InitContext): Promise<MetricsEndpoint | undefined> {
  const { reportTo } = require('./report') as typeof import('./report');
  return reportTo(registry, context);
}

/** An optional peer dependency, loaded where it is used. `undefined` when it is not installed. */
function createRegistry(): MetricsRegistry | undefined {
  try {
    const { Registry } = require('prom-client') as typeof PromClient;
    return new Registry();
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    const { message } = asError(cause);
    throw new RespiteError('METRICS_UNAVAILABLE', {
      message: `metrics.enabled is set, but the package prom-client cannot be loaded (${message}). Install it anew: "npm install prom-client@15".`,
      cause,
    });
  }
}

/** Whether it is the package itself that is not there, not one that it needs: the rest of the message says who asked. */
function isMissing(cause: unknown): boolean {
  const { message } = asError(cause);
  const notFound = (cause as { readonly code?: unknown }).code === 'MODULE_NOT_FOUND'; // also of Yarn's PnP
  return notFound && /^(Cannot find module '?prom-client|.*\btried to access prom-client)/.test(message);
}
