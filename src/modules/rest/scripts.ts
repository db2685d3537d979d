import { createHash } from 'node:crypto';
import type { CommandLine } from './command-line';

/** Scripts whose names are remembered. */
const REMEMBERED = 1000;

/**
 * Upstash's servers know a flag of scripts that Redis does not: `allow-key-locking` says that a script may run beside
 * others, which is never needed here. It is left out, and who calls such a script by its digest means the one without.
 */
export class Scripts {
  readonly #digests = new Map<string, string>();

  /** The command for Redis. */
  translated(line: CommandLine): CommandLine {
    const [name, first, ...rest] = line;
    if (first === undefined) return line;
    switch (name.toUpperCase()) {
      case 'EVAL':
      case 'EVAL_RO':
        return [name, this.#plain(first), ...rest];
      case 'EVALSHA':
      case 'EVALSHA_RO':
        return [name, this.#digests.get(String(first).toLowerCase()) ?? first, ...rest];
      default:
        return line;
    }
  }

  #plain(script: string | Buffer): string | Buffer {
    const text = script.toString();
    const plain = text.replace(/^(#!lua[^\n]*?)\s+flags=([^\s]*)/, (shebang, start: string, flags: string) => {
      const known = flags.split(',').filter((flag) => flag !== 'allow-key-locking');
      if (known.join(',') === flags) return shebang;
      return known.length === 0 ? start : `${start} flags=${known.join(',')}`;
    });
    if (plain === text) return script;
    const [oldest] = this.#digests.keys();
    if (this.#digests.size >= REMEMBERED && oldest !== undefined) this.#digests.delete(oldest);
    this.#digests.set(digest(text), digest(plain));
    return plain;
  }
}

function digest(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
