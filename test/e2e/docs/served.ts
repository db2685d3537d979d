import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** What programs say when they are ready. */
const READY = /^(Ctrl-C stops it|ready on|listening on)/m;

/** A command that goes on running, in a terminal of its own. */
export class Served {
  /** What it printed until it was ready, or ended. */
  readonly ready: Promise<string>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(script: string, { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) {
    // A group of its own, as a terminal makes one: Ctrl-C reaches npm and what it started.
    const child = spawn('bash', ['-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    this.#ended = once(child, 'close');
    let printed = '';
    this.ready = new Promise((resolve) => {
      const take = (text: string): void => {
        printed += text;
        if (READY.test(printed)) resolve(printed);
      };
      child.stdout.setEncoding('utf8').on('data', take);
      child.stderr.setEncoding('utf8').on('data', take);
      child.once('close', () => {
        resolve(printed);
      });
    });
  }

  /** Ctrl-C. */
  async stop(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGINT');
    await this.#ended;
  }
}
