import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Metric, Report } from '../../../../src/container';
import { proxyReport } from '../../../../src/modules/mcp-proxy/proxy-report';
import { METRICS as OF_THE_CACHE } from '../../../../src/modules/metrics/definitions';
import { lockReport } from '../../../../src/modules/stores/locks/lock-report';
import { streamingReport } from '../../../../src/modules/stores/streaming/streaming-report';
import { storeReport } from '../../../../src/modules/stores/support';
import { supervisorReport } from '../../../../src/modules/temporal/supervisor-report';

const root = join(__dirname, '../../../..');

/** What the reports read; nobody reads it here. */
const unread = (): never => {
  throw new Error('not to be collected');
};

const REPORTS: readonly Report[] = [
  storeReport,
  lockReport(unread),
  streamingReport(unread),
  proxyReport(undefined as never, undefined as never), // as above
  supervisorReport(undefined as never),
];

/** Every metric there is, of the cache and of the modules. */
const METRICS: readonly Omit<Metric, 'collect'>[] = [
  ...OF_THE_CACHE,
  ...REPORTS.flatMap(({ metrics = [] }) => metrics),
];

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

interface AlertRules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const dashboard = JSON.parse(read('ops/grafana-dashboard.json')) as Dashboard; // a file of ours
const alerts = parse(read('ops/prometheus-alerts.yaml')) as AlertRules; // likewise

const queries: [string, string][] = [
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }): [string, string] => [title, expr])),
  ...alerts.groups.flatMap(({ rules }) => rules.map(({ alert, expr }): [string, string] => [alert, expr])),
];

/** The series Prometheus stores of a metric. */
const seriesOf = ({ name, type }: (typeof METRICS)[number]): string[] =>
  type === 'histogram'
    ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix)
    : type === 'summary'
      ? ['_sum', '_count'].map((suffix) => name + suffix)
      : [name];

/** Labels a query may use: the metric's own, and those every scrape adds. */
const labelsOf = (series: string): string[] => {
  const metric = METRICS.find((definition) => seriesOf(definition).includes(series));
  return ['instance', 'job', ...(metric?.labels ?? []), ...(series.endsWith('_bucket') ? ['le'] : [])];
};

const seriesIn = (query: string): string[] => query.match(/respite_\w+/g) ?? [];

describe('FR-13: the dashboard and the alert rules', () => {
  it.each(queries)('%s asks for what is exported', (_, query) => {
    const known = METRICS.flatMap(seriesOf);
    expect(seriesIn(query).length).toBeGreaterThan(0);
    expect(seriesIn(query).filter((series) => !known.includes(series))).toEqual([]);
    const grouped = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names]) => (names ?? '').split(/,\s*/));
    const selected = [...query.matchAll(/[{,](\w+)(?:=|!|~)/g)].map(([, name]) => name ?? '');
    const allowed = seriesIn(query).flatMap(labelsOf);
    expect([...grouped, ...selected].filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it('between them show every metric', () => {
    const shown = queries.flatMap(([, query]) => seriesIn(query));
    expect(METRICS.filter((metric) => !seriesOf(metric).some((series) => shown.includes(series)))).toEqual([]);
  });

  it('the guide explains every metric and every alert', () => {
    const guide = read('docs/guides/metrics.md');
    const names = [
      ...METRICS.map(({ name }) => name),
      ...alerts.groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)),
    ];
    expect(names.filter((name) => !guide.includes(`\`${name}`))).toEqual([]);
  });
});
