import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(__dirname, '../..');
const MAIN = join(ROOT, 'dist/cli.js');

/** How a command ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What is on `stderr` but for what only says that the machine is slow. */
  readonly faults: string;
}

/** Warnings of a snapshot or a sync that took seconds, as any may on a machine on which others work. */
const SLOW = /^\{.*"event":"(snapshot|journal)_slow".*\}\n/gm;

/** Where and with what a command runs; its environment has nothing of ours but `env`. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What is on its stdin; default: nothing. */
  readonly input?: string | Buffer;
}

/** A `respite` process that is running. */
export interface RunningCommand {
  readonly process: ChildProcess;
  /** Resolves with the first line on stdout that `accept` takes. Rejects when the process ends before. */
  line(accept: (line: string) => boolean): Promise<string>;
  /** Resolves when the process has ended and everything it wrote was read. */
  readonly ended: Promise<CommandResult>;
}

/** Starts the built command line as a user would. */
export function startCommand(args: readonly string[], { cwd, env, input }: CommandOptions): RunningCommand {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run "npm run build" first`);
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('RESPITE_'));
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(input);
  let stdout = '';
  let stderr = '';
  if (child.stdout === null || child.stderr === null) throw new TypeError('both are pipes');
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({
    code: code ?? null,
    stdout,
    stderr,
    faults: stderr.replaceAll(SLOW, ''),
  }));
  const lines = createInterface({ input: child.stdout });
  const line = (accept: (text: string) => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      lines.on('line', (text) => {
        if (accept(text)) resolve(text);
      });
      void ended.then(() => {
        reject(new Error(`respite ended:\n${stdout}${stderr}`));
      });
    });
  return { process: child, line, ended };
}

/** Runs a command to its end. */
export async function runCommand(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return startCommand(args, options).ended;
}

/** Compares with a golden file; with UPDATE_GOLDEN=1 writes it instead. */
export function expectGolden(file: string, actual: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, actual);
  expect(actual).toBe(readFileSync(file, 'utf8'));
}
