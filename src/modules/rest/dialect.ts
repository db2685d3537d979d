import type { CommandLine } from './command-line';
import { typedScan } from './scan-types';
import { Scripts, type Translated } from './scripts';

/** What Upstash's servers know and Redis does not, in the words of Redis. */
export class Dialect {
  readonly #scripts = new Scripts();

  /** The command for Redis. */
  translated(line: CommandLine): Translated {
    const scan = typedScan(line);
    return scan === undefined ? this.#scripts.translated(line) : { line: scan };
  }
}
