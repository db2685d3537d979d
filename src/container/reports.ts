import { createToken } from './token';

/** One line of a metric. */
export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string | number>>;
  /** For the lines of summaries and histograms: `_sum`, `_count`, `_bucket`. */
  readonly suffix?: string;
}

/** A metric: what it is called and means, and how it is read. */
export interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'summary' | 'histogram';
  readonly help: string;
  /** The names of its labels, `le` aside. */
  readonly labels: readonly string[];
  /** Called for every scrape. */
  readonly collect: () => readonly Sample[];
}

/** How a module is doing. */
export interface ModuleHealth {
  /** `degraded` serves, but something needs attention; `down` does not serve. */
  readonly status: 'ok' | 'degraded' | 'down';
  /** What is wrong, unless `status` is `ok`. */
  readonly reasons: readonly string[];
}

/** What a module tells of itself. */
export interface Report {
  /** The module's name; reasons of its health begin with it. */
  readonly name: string;
  readonly metrics?: readonly Metric[];
  /** Never rejects, and does not wait for others. */
  readonly health?: () => ModuleHealth;
}

/** Told of a report; what it returns is called when the report is withdrawn. */
export type ReportListener = (report: Report) => () => void;

/** Where an application's modules tell of themselves, and `/metrics` and `/readyz` read it. One for each application. */
export class Reports {
  /** How often each was added. */
  readonly #reports = new Map<Report, number>();
  readonly #listeners = new Map<ReportListener, Map<Report, () => void>>();

  /** Adds a report until the answer is called. The same one added twice counts once. */
  add(report: Report): () => void {
    const times = this.#reports.get(report) ?? 0;
    this.#reports.set(report, times + 1);
    if (times === 0) for (const [listener, told] of this.#listeners) told.set(report, listener(report));
    return () => this.#withdraw(report);
  }

  /** Tells of every report, those there are and those to come, until the answer is called. */
  follow(listener: ReportListener): () => void {
    const told = new Map([...this.#reports.keys()].map((report) => [report, listener(report)]));
    this.#listeners.set(listener, told);
    return () => {
      this.#listeners.delete(listener);
      for (const forget of told.values()) forget();
    };
  }

  /** How all of them are doing; each reason begins with the name of its report. */
  health(): ModuleHealth {
    const parts = [...this.#reports.keys()].flatMap(({ name, health }) => (health ? [{ name, ...health() }] : []));
    return {
      status: worstOf(parts.map(({ status }) => status)),
      reasons: parts.flatMap(({ name, reasons }) => reasons.map((reason) => `${name}: ${reason}`)),
    };
  }

  #withdraw(report: Report): void {
    const times = this.#reports.get(report) ?? 0;
    if (times > 1) {
      this.#reports.set(report, times - 1);
      return;
    }
    this.#reports.delete(report);
    for (const told of this.#listeners.values()) {
      told.get(report)?.();
      told.delete(report);
    }
  }
}

/** The worst of several; `ok` of none. */
export function worstOf(statuses: readonly ModuleHealth['status'][]): ModuleHealth['status'] {
  return (['down', 'degraded'] as const).find((status) => statuses.includes(status)) ?? 'ok';
}

/** The application's reports, as a token; every application has them, as it has a `Clock`. */
export const ReportsToken = createToken<Reports>('respite.Reports');
