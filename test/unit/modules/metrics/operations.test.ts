import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { METRICS } from '../../../../src/modules/metrics/definitions';

const root = join(__dirname, '../../../..');

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
