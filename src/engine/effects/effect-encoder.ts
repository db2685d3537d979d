import type { Effect, EffectLine } from './effect-log';

/** Writes effects as commands in RESP: SELECT where the database changes, MULTI and EXEC around what belongs together. */
export class EffectEncoder {
  #database: number | undefined;

  /** Whoever reads what comes next knows nothing of what came before. */
  restart(): void {
    this.#database = undefined;
  }

  /** @returns latin1, one byte per character */
  encode(unit: readonly Effect[]): string {
    const together = unit.length > 1;
    let text = together ? encodeLine(['MULTI']) : '';
    for (const { database, line } of unit) {
      if (database !== this.#database) text += encodeLine(['SELECT', String(database)]);
      this.#database = database;
      text += encodeLine(line);
    }
    return together ? text + encodeLine(['EXEC']) : text;
  }
}

/** A command line in RESP. */
export function encodeLine(line: EffectLine): string {
  let text = `*${String(line.length)}\r\n`;
  for (const word of line) text += `$${String(word.length)}\r\n${word}\r\n`;
  return text;
}
