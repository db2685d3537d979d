import type { Effect, EffectLine } from './effect-log';

/** Writes effects as commands in RESP: SELECT where the database changes, MULTI and EXEC around what belongs together. */
export class EffectEncoder {
  #database: number | undefined;

  /** @param selectsBefore whether SELECT stands before MULTI, as it does before 7.2; default false */
  constructor(private readonly selectsBefore = false) {}

  /** Whoever reads what comes next knows nothing of what came before. */
  restart(): void {
    this.#database = undefined;
  }

  /** @returns latin1, one byte per character */
  encode(unit: readonly Effect[]): string {
    const together = unit.length > 1;
    let text = this.selectsBefore ? this.#select(unit[0]) : '';
    if (together) text += encodeLine(['MULTI']);
    for (const effect of unit) text += this.#select(effect) + encodeLine(effect.line);
    return together ? text + encodeLine(['EXEC']) : text;
  }

  #select(effect: Effect | undefined): string {
    if (effect === undefined || effect.database === this.#database) return '';
    this.#database = effect.database;
    return encodeLine(['SELECT', String(effect.database)]);
  }
}

/** A command line in RESP. */
export function encodeLine(line: EffectLine): string {
  let text = `*${String(line.length)}\r\n`;
  for (const word of line) text += `$${String(word.length)}\r\n${word}\r\n`;
  return text;
}
