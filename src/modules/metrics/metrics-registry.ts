import { createToken } from '../../container';

/** What Respite needs of a `Registry` of prom-client 15; written down so that our types work without the package. */
export interface MetricsRegistry {
  readonly contentType: string;
  /** Everything in it, as Prometheus reads it. */
  metrics(): Promise<string>;
  /** `never`: prom-client's own type of metrics is not named here. */
  registerMetric(metric: never): void;
  removeSingleMetric(name: string): void;
}

/**
 * Where our metrics are, as a token. `undefined` unless `metrics.enabled` is set and prom-client is installed; a host that serves metrics itself
 * brings its own: `override(MetricsRegistry, register)`.
 */
export const MetricsRegistry = createToken<MetricsRegistry | undefined>('MetricsRegistry');
