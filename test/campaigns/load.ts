import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { removeTemporaryPaths, temporaryPath } from '../support/temporary-path';
import type { Campaign } from './campaign';

const ROOT = join(__dirname, '../..');
/** Processes that compute without end, for each core; LOAD_PROCESSES sets how many there are in all. */
const LOOPS_PER_CORE = 10;

/** Ends with this process, however that ends. */
const BUSY_LOOP =
  'const parent = process.ppid; for (;;) { for (let i = 0; i < 1e8; i++); if (process.ppid !== parent) process.exit(); }';

/** What jest writes with --json, as far as it is read here. */
interface JestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Runs what `npm test` runs, or the files whose paths match LOAD_FILES (separated by blanks). */
async function runTests(): Promise<JestReport> {
  const output = await temporaryPath();
  const files = process.env['LOAD_FILES']?.split(' ') ?? [];
  const projects = ['--selectProjects', 'unit', 'contract', 'e2e'];
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:CAMPAIGN|JEST_)/.test(name));
  const jest = spawn('npx', ['--no-install', 'jest', ...files, '--json', '--outputFile', output, ...projects], {
    cwd: ROOT,
    env: Object.fromEntries(inherited),
    stdio: ['ignore', 'ignore', 'inherit'], // standard output is the report once more
  });
  await once(jest, 'close');
  return JSON.parse(readFileSync(output, 'utf8')) as JestReport; // jest's own
}

/** File, test and the first lines of the reason, of everything that failed. */
function failuresOf({ testResults }: JestReport): string[] {
  const short = (text = ''): string =>
    text
      .replaceAll(/\x1b\[[\d;]*m/g, '')
      .split('\n')
      .slice(0, 12)
      .join('\n');
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = name.replace(`${ROOT}/`, '');
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [`${file}: ${short(message)}`] : [];
    return failed.map(({ fullName, failureMessages }) => `${file}: ${fullName}: ${short(failureMessages[0])}`);
  });
}

/** Runs the suite on a machine that is busy: no test may go by the clock on the wall. */
export const campaign: Campaign = {
  name: 'load',
  unit: 'runs of the suite',
  defaultSize: 3,
  async run({ size }) {
    const processes = Number(process.env['LOAD_PROCESSES'] ?? LOOPS_PER_CORE * availableParallelism());
    const loops: ChildProcess[] = Array.from({ length: processes }, () =>
      spawn(process.execPath, ['-e', BUSY_LOOP], { stdio: 'ignore' }),
    );
    const rounds: { readonly seconds: number; readonly files: number; readonly passed: number }[] = [];
    const failures: string[] = [];
    try {
      for (let round = 1; round <= size; round++) {
        const begin = performance.now();
        const report = await runTests();
        const seconds = Math.round((performance.now() - begin) / 1000);
        rounds.push({ seconds, files: report.testResults.length, passed: report.numPassedTests });
        failures.push(...failuresOf(report).map((failure) => `round ${String(round)}: ${failure}`));
      }
    } finally {
      for (const loop of loops) loop.kill('SIGKILL');
      await removeTemporaryPaths();
    }
    return { processes, files: process.env['LOAD_FILES'] ?? 'all', rounds, failures };
  },
};
