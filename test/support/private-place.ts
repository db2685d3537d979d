import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LockHolder } from '../../src/modules/snapshot/directory/lock-file';
import { type CommandResult, runCommand, type RunningCommand, startCommand } from './cli';

/** A directory to run commands in that have a temporary directory of their own, `tmp`; its path is short enough for sockets. */
export class PrivatePlace {
  readonly cwd = mkdtempSync('/tmp/rp-');
  tmp = join(this.cwd, 'tmp');
  readonly data = join(this.cwd, 'respite-data');
  readonly #started: RunningCommand[] = [];

  constructor() {
    mkdirSync(this.tmp);
  }

  /** `respite start` with these arguments, when it is ready. */
  async start(...args: string[]): Promise<RunningCommand & { readonly url: string }> {
    const command = startCommand(['start', '--standalone', '--port', '0', '--json', ...args], this.#options());
    this.#started.push(command);
    const ready = await command.line((line) => line.startsWith('{'));
    // What went wrong stands on several lines.
    if (!ready.endsWith('}')) throw new Error(`respite did not start:\n${(await command.ended).stdout}`);
    return { ...command, url: (JSON.parse(ready) as { url: string }).url }; // the command's own words
  }

  snapshot(...args: string[]): Promise<CommandResult> {
    return this.run('snapshot', ...args);
  }

  run(...args: string[]): Promise<CommandResult> {
    return runCommand(args, this.#options());
  }

  /** As `run`, with this on its stdin. */
  feed(input: string | Buffer, ...args: string[]): Promise<CommandResult> {
    return runCommand(args, { ...this.#options(), input });
  }

  /** What the lock file of the data directory says. */
  holder(): LockHolder & Required<Pick<LockHolder, 'sockets'>> {
    const [name = 'none'] = readdirSync(this.data).filter((file) => file.startsWith('lock.'));
    return JSON.parse(readFileSync(join(this.data, name), 'utf8')) as ReturnType<PrivatePlace['holder']>; // ours
  }

  /** Ends what was started, and removes everything. */
  async remove(): Promise<void> {
    for (const { process, ended } of this.#started) {
      process.kill('SIGKILL');
      await ended;
    }
    rmSync(this.cwd, { recursive: true });
  }

  #options() {
    return { cwd: this.cwd, env: { TMPDIR: this.tmp } };
  }
}

/** Ends a process as a crash does. */
export async function crash({ process, ended }: RunningCommand): Promise<void> {
  process.kill('SIGKILL');
  await ended;
}

/** Ends a process gracefully. */
export async function stop({ process, ended }: RunningCommand): Promise<CommandResult> {
  process.kill('SIGTERM');
  return ended;
}
