import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { blocksOf } from './blocks';
import { Served } from './served';

const ROOT = join(__dirname, '../../..');

/** Where a page is followed, and what is otherwise there than for its readers. */
export interface Following {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What stands in the page, and what it is here: addresses, mostly. */
  readonly instead?: Readonly<Record<string, string>>;
  /** Called before the commands of this number (from 1): what happens meanwhile in the reader's world. */
  readonly before?: Readonly<Record<number, () => unknown>>;
  /** The heading of what is followed; default: all of the page. */
  readonly section?: string;
  /** After how many blocks of commands the reader stops; default: all. */
  readonly commands?: number;
}

/** What goes on running, in a terminal of its own. */
const SERVES = /^(npx )?(respite start|respite|npm start|node dist\/main\.js)\b(?! (?!start|--)\w)[^\n;|]*\n$/;

/**
 * Does what a page says, in its order. Blocks that begin with a comment naming a file are written to it. `sh` blocks are run, each in
 * one shell, and what they print is compared with the `text` block after each, in which `...` stands for what differs each time. What
 * serves goes on running until the next that does, or the end, where it is sent what Ctrl-C sends.
 * @returns how many blocks of commands were run
 */
export async function follow(page: string, following: Following): Promise<number> {
  const reader = new Reader(following);
  let commands = 0;
  try {
    for (const { language, code, output } of blocksOf(page, following.section)) {
      const file = /^(?:\/\/|#) (\S+\.\w+)\n/.exec(code)?.[1];
      if (language !== 'sh') {
        if (file !== undefined) reader.write(file, language === 'json' ? code.slice(code.indexOf('\n')) : code);
        continue;
      }
      if (commands === following.commands) break;
      commands++;
      await following.before?.[commands]?.();
      await reader.run(code, output, `${page}, commands #${String(commands)}`);
    }
  } finally {
    await reader.stop();
  }
  return commands;
}

/** Who follows a page. */
class Reader {
  #served: Served | undefined;
  readonly #env: NodeJS.ProcessEnv;

  constructor(private readonly following: Following) {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(RESPITE_|NODE_TEST_|JEST_|npm_)/.test(name));
    this.#env = {
      ...Object.fromEntries(inherited),
      // On a terminal log lines are text; npm says nothing of its own.
      ...{
        RESPITE_LOG_FORMAT: 'text',
        NO_COLOR: '1',
        npm_config_loglevel: 'silent',
        npm_config_prefer_offline: 'true',
      },
      ...following.env,
      PATH: `${withRespite(following.cwd)}${delimiter}${process.env['PATH'] ?? ''}`,
    };
  }

  write(file: string, code: string): void {
    const path = join(this.following.cwd, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, this.#real(code));
  }

  async run(code: string, output: string | undefined, where: string): Promise<void> {
    const script = this.#real(code);
    const printed = await (SERVES.test(script) ? this.#serve(script) : this.#once(script));
    if (output !== undefined) expectLike(printed, this.#real(output), where);
  }

  async stop(): Promise<void> {
    await this.#served?.stop();
    this.#served = undefined;
  }

  async #serve(script: string): Promise<string> {
    await this.stop();
    this.#served = new Served(script, { cwd: this.following.cwd, env: this.#env });
    return this.#served.ready;
  }

  async #once(script: string): Promise<string> {
    const child = spawn('bash', ['-c', `exec 2>&1\n${script}`], {
      cwd: this.following.cwd,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    for await (const text of child.stdout.setEncoding('utf8')) printed += String(text);
    return printed;
  }

  #real(text: string): string {
    const { instead = {} } = this.following;
    return Object.entries(instead).reduce((all, [shown, real]) => all.replaceAll(shown, real), text);
  }
}

/** A folder with a `respite` that is the built one. */
function withRespite(cwd: string): string {
  const bin = join(cwd, '.bin');
  mkdirSync(bin, { recursive: true });
  const text = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'dist/cli.js')}" "$@"\n`;
  writeFileSync(join(bin, 'respite'), text, { mode: 0o755 });
  return bin;
}

/** @returns a pattern for what a page shows: `...` in a line is any text, a line of its own any lines */
function patternOf(shown: string): RegExp {
  const lines = shown.trimEnd().split('\n');
  const parts = lines.map((line) =>
    line.trim() === '...' ? '(?:.*\\n)*?' : `${line.split('...').map(escaped).join('.*?')}\\n`,
  );
  return new RegExp(`^${parts.join('')}$`);
}

const escaped = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');

/** Lines that only a slow machine prints, on its way to what pages show: how far something is, and that a disk is slow. */
const ON_THE_WAY =
  /^(?:\S+ (?:info|warn) +(?:restoring: \d+ of |the snapshot took \d+ ms |the disk is slow: )|\w+: \d+(?: of \d+)? keys, \S+ MB, |following: \d+ changes?, ).*\n/gm;

/** Compares as a reader would; shows both when they differ. */
function expectLike(printed: string, shown: string, where: string): void {
  const all = `${printed.replaceAll('\r', '').replace(ON_THE_WAY, '').trimEnd()}\n`;
  if (!patternOf(shown).test(all)) expect(`${where}\n${all}`).toBe(`${where}\n${shown}`);
}
