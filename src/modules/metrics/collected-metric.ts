/** One line of a metric. */
export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string | number>>;
  /** For the lines of summaries and histograms: `_sum`, `_count`, `_bucket`. */
  readonly suffix?: string;
}

/** A metric: what it is called and means, and how it is read from `S`. */
export interface MetricDefinition<S> {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'summary' | 'histogram';
  readonly help: string;
  /** The names of its labels, `le` aside. */
  readonly labels: readonly string[];
  /** Called for every scrape. */
  readonly collect: (source: S) => readonly Sample[];
}

/**
 * What a prom-client registry asks of its metrics. prom-client's own are told of every event as it happens; ours exist
 * already, counted where they arise, and are read when somebody asks.
 */
export class CollectedMetric<S> {
  /** Not readonly: a registry of OpenMetrics cuts `_total` off. */
  name: string;
  readonly help: string;
  readonly type: string;
  /** How the workers of a `node:cluster` are added up. */
  readonly aggregator = 'sum';
  readonly #collect: () => readonly Sample[];

  constructor({ name, help, type, collect }: MetricDefinition<S>, source: S) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.#collect = () => collect(source);
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
