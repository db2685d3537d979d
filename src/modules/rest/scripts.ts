import { createHash } from 'node:crypto';
import type { CommandLine } from './command-line';
import { libraryWithoutFlag, scriptWithoutFlag } from './lock-flags';

/** Scripts whose names are remembered. */
const REMEMBERED = 1000;

/** A command as Redis knows it. */
export interface Translated {
  readonly line: CommandLine;
  /** What is answered in place of its reply, unless that is an error. */
  readonly answer?: Buffer;
}

/**
 * Upstash's servers know a flag of scripts and functions that Redis does not: `allow-key-locking`. It is left out, and who
 * calls such a script by its digest means the one without.
 */
export class Scripts {
  readonly #digests = new Map<string, string>();

  /** The command for Redis. */
  translated(line: CommandLine): Translated {
    const [name, first, ...rest] = line;
    if (first === undefined) return { line };
    switch (name.toUpperCase()) {
      case 'EVAL':
      case 'EVAL_RO':
        return { line: [name, this.#plain(first), ...rest] };
      case 'EVALSHA':
      case 'EVALSHA_RO':
        return { line: [name, this.#known(first), ...rest] };
      case 'SCRIPT':
        return this.#ofCache(name, first, rest);
      case 'FUNCTION':
        return { line: [name, first, ...(isWord(first, 'LOAD') ? rest.map(plainLibrary) : rest)] };
      default:
        return { line };
    }
  }

  /** A command of the cache of scripts. */
  #ofCache(name: string, first: string | Buffer, rest: readonly (string | Buffer)[]): Translated {
    const [script] = rest;
    if (isWord(first, 'EXISTS')) return { line: [name, first, ...rest.map((hash) => this.#known(hash))] };
    if (!isWord(first, 'LOAD') || script === undefined) return { line: [name, first, ...rest] };
    // Who loads it calls it by the digest of what was sent.
    return { line: [name, first, this.#plain(script), ...rest.slice(1)], answer: Buffer.from(digest(script)) };
  }

  /** The digest by which Redis knows a script. */
  #known(hash: string | Buffer): string | Buffer {
    return this.#digests.get(hash.toString().toLowerCase()) ?? hash;
  }

  #plain(script: string | Buffer): string | Buffer {
    const text = script.toString();
    const plain = scriptWithoutFlag(text);
    if (plain === text) return script;
    const [oldest] = this.#digests.keys();
    if (this.#digests.size >= REMEMBERED && oldest !== undefined) this.#digests.delete(oldest);
    this.#digests.set(digest(script), digest(plain));
    return plain;
  }
}

function isWord(arg: string | Buffer, word: string): boolean {
  return arg.toString().toUpperCase() === word;
}

function plainLibrary(code: string | Buffer): string | Buffer {
  const text = code.toString();
  const plain = libraryWithoutFlag(text);
  return plain === text ? code : plain;
}

function digest(text: string | Buffer): string {
  return createHash('sha1').update(text).digest('hex');
}
