import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type RunningCommand, startCommand } from '../../support/cli';
import { type Block, blocksOf } from './blocks';

const ROOT = join(__dirname, '../../..');

/** Where a page is followed, and what its readers have that we do not, or the other way round. */
export interface Following {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What stands in the page, and what it is here: addresses, mostly. */
  readonly instead?: Readonly<Record<string, string>>;
  /** Called before the block of this number (from 1): what happens meanwhile in the reader's world. */
  readonly before?: Readonly<Record<number, () => unknown>>;
}

/**
 * Does what a page says: its `sh` blocks, in their order, each in one shell, and compares what they print with the `text` block
 * after each, in which `...` stands for what differs each time. A block that is a `respite start` and nothing else goes on running until
 * the next one of these, or the end of the page.
 * @returns how many blocks were followed
 */
export async function follow(page: string, following: Following): Promise<number> {
  const shell = new Shell(following);
  const commands = blocksOf(page).filter(({ language }) => language === 'sh');
  try {
    for (const [index, block] of commands.entries()) {
      await following.before?.[index + 1]?.();
      await shell.run(block, `${page}, commands #${String(index + 1)}`);
    }
  } finally {
    await shell.stop();
  }
  return commands.length;
}

/** Where the commands of a page run. */
class Shell {
  #serving: RunningCommand | undefined;

  constructor(private readonly following: Following) {}

  async run({ code, output }: Block, where: string): Promise<void> {
    const command = this.#real(code);
    const printed = await (/^respite start\b[^\n;]*\n$/.test(command) ? this.#start(command) : this.#once(command));
    if (output !== undefined) expectLike(printed, this.#real(output), where);
  }

  /** As Ctrl-C would, and it ends well. */
  async stop(): Promise<void> {
    const serving = this.#serving;
    this.#serving = undefined;
    if (serving?.process.exitCode !== null) return;
    serving.process.kill('SIGTERM');
    expect(await serving.ended).toMatchObject({ code: 0 });
  }

  #real(text: string): string {
    return Object.entries(this.following.instead ?? {}).reduce(
      (all, [shown, real]) => all.replaceAll(shown, real),
      text,
    );
  }

  async #start(command: string): Promise<string> {
    await this.stop();
    const [, ...args] = command.replaceAll('\\\n', ' ').trim().split(/\s+/);
    this.#serving = startCommand(args, { cwd: this.following.cwd, env: this.#env() });
    let printed = '';
    this.#serving.process.stderr?.on('data', (text: string) => (printed += text));
    this.#serving.process.stdout?.on('data', (text: string) => (printed += text));
    const ready = this.#serving.line((line) => line.startsWith('Ctrl-C'));
    ready.catch(() => undefined); // it ended: what it said is compared
    await Promise.race([ready, this.#serving.ended]).catch(() => undefined);
    return printed;
  }

  async #once(script: string): Promise<string> {
    const bin = withRespite(this.following.cwd);
    const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
    const child = spawn('bash', ['-c', `exec 2>&1\n${script}`], {
      cwd: this.following.cwd,
      env: { ...process.env, ...this.#env(), PATH: path },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    for await (const text of child.stdout.setEncoding('utf8')) printed += String(text);
    return printed;
  }

  /** On a terminal log lines are text. */
  #env(): NodeJS.ProcessEnv {
    return { RESPITE_LOG_FORMAT: 'text', NO_COLOR: '1', ...this.following.env };
  }
}

/** A folder with a `respite` that is the built one. */
export function withRespite(cwd: string): string {
  const bin = join(cwd, '.bin');
  mkdirSync(bin, { recursive: true });
  const file = join(bin, 'respite');
  writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'dist/cli.js')}" "$@"\n`);
  chmodSync(file, 0o755);
  return bin;
}

/** @returns a pattern for what a page shows: `...` in a line is any text, a line of its own any lines */
export function patternOf(shown: string): RegExp {
  const lines = shown.trimEnd().split('\n');
  const parts = lines.map((line) =>
    line.trim() === '...' ? '(?:.*\\n)*?' : `${line.split('...').map(escaped).join('.*?')}\\n`,
  );
  return new RegExp(`^${parts.join('')}$`);
}

const escaped = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');

/** Compares as a reader would; shows both when they differ. */
export function expectLike(printed: string, shown: string, where: string): void {
  const all = `${printed.replaceAll('\r', '').trimEnd()}\n`;
  if (!patternOf(shown).test(all)) expect(`${where}\n${all}`).toBe(`${where}\n${shown}`);
}
