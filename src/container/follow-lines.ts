import { createInterface } from 'node:readline';

/** Longer lines are cut off, in characters. */
const MAX_LINE = 2000;
/** So many lines are kept, to say why a program ended. */
const KEPT = 5;

/** Reads what a program writes, line by line. @returns tells its last lines, the oldest first */
export function followLines(
  streams: readonly NodeJS.ReadableStream[],
  onLine: (line: string) => void,
  clean: (text: string) => string = (text) => text,
): () => string {
  const kept: string[] = [];
  for (const input of streams) {
    createInterface({ input }).on('line', (whole) => {
      const line = clean(whole.slice(0, MAX_LINE));
      if (line.trim() === '') return;
      kept.push(line);
      if (kept.length > KEPT) kept.shift();
      onLine(line);
    });
  }
  return () => kept.join(' / ');
}
