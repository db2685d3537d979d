import { printCount, RespiteError } from '../errors';

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  readonly code: 'CONFIG_INVALID' | 'CONFIG_NOT_SUPPORTED';
  /** The setting: `redis.db`. */
  readonly path: string;
  /** What was written, redacted; `undefined` where it must not or need not be shown. */
  readonly value?: unknown;
  /** Where it was written. */
  readonly source: string;
  /** What is wrong, completing "redis.db ...". */
  readonly problem: string;
  /** What to write instead. */
  readonly remedy: string;
}

/** Everything that is wrong with the configuration, in one report. */
export class ConfigError extends RespiteError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const onlyUnsupported = problems.every(({ code }) => code === 'CONFIG_NOT_SUPPORTED');
    super(onlyUnsupported ? 'CONFIG_NOT_SUPPORTED' : 'CONFIG_INVALID', {
      message: [
        `The configuration has ${printCount(problems.length, 'problem')}:`,
        ...problems.map(describeProblem),
      ].join('\n'),
    });
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** One problem on one line: `- redis.db = 99 (respite.yaml) is out of range: write ...`. */
export function describeProblem({ path, value, source, problem, remedy }: ConfigProblem): string {
  const written = value === undefined ? path : `${path} = ${JSON.stringify(value)}`;
  return `- ${written} (${source}) ${problem}: ${remedy}`;
}
