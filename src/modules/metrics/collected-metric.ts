import type { Metric, Sample } from '../../container';

/**
 * What a prom-client registry asks of its metrics. prom-client's own are told of every event as it happens; ours exist
 * already, counted where they arise, and are read when somebody asks.
 */
export class CollectedMetric {
  /** Not readonly: a registry of OpenMetrics cuts `_total` off. */
  name: string;
  readonly help: string;
  readonly type: string;
  /** How the workers of a `node:cluster` are added up. */
  readonly aggregator = 'sum';
  readonly #collect: () => readonly Sample[];

  constructor({ name, help, type, collect }: Metric) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.#collect = collect;
  }

  get(): Promise<unknown> {
    const values = this.#collect().map(({ value, labels = {}, suffix }) => ({
      value,
      labels,
      ...(suffix !== undefined && { metricName: `${this.name}${suffix}` }),
    }));
    const { name, help, type, aggregator } = this;
    return Promise.resolve({ name, help, type, values, aggregator });
  }

  /** `registry.resetMetrics()`: what others count is not ours to forget. */
  reset(): void {}
}
