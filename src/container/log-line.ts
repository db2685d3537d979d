/**
 * A log call as one line for people: what happened, then the fields that the words do not tell already.
 *
 * `durationMs: 81.4` becomes `duration=81ms`. An event's name is for machines, and is shown only when there are no words.
 */
export function lineOf(fields: Readonly<Record<string, unknown>>, message: string): LogLine {
  const { event, err: _, ...rest } = fields;
  const said = message || (typeof event === 'string' ? event : '');
  // Each occurrence in the words tells one field: of "1 record" with written=1 and keys=1 the second is still shown.
  let untold = said;
  const details: string[] = [];
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined) continue;
    const at = indexOfWord(untold, valueInWords(name, value));
    if (at === undefined) details.push(`${labelOf(name)}=${valueInDetails(name, value)}`);
    else untold = untold.slice(0, at.start) + ' '.repeat(at.end - at.start) + untold.slice(at.end);
  }
  return { said, details };
}

/** The parts of a line: a sentence, and `name=value`s. */
export interface LogLine {
  readonly said: string;
  readonly details: readonly string[];
}

const isDuration = (name: string, value: unknown): value is number => name.endsWith('Ms') && typeof value === 'number';

const labelOf = (name: string): string => (name.endsWith('Ms') ? name.slice(0, -2) : name);

/** How the words of a message would tell a value. */
function valueInWords(name: string, value: unknown): string {
  if (isDuration(name, value)) return `${String(Math.round(value))} ms`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function valueInDetails(name: string, value: unknown): string {
  if (isDuration(name, value)) return `${String(Math.round(value))}ms`;
  return typeof value === 'string' && /^[\w./:@+*()-]+$/.test(value) ? value : JSON.stringify(value);
}

interface Found {
  readonly start: number;
  readonly end: number;
}

/** Where a text has a value as a word of its own: "1" is not told by "16". */
function indexOfWord(text: string, value: string): Found | undefined {
  if (value === '') return undefined;
  const isPart = (neighbour: string | undefined): boolean => neighbour !== undefined && /[\w]/.test(neighbour);
  for (let start = text.indexOf(value); start >= 0; start = text.indexOf(value, start + 1)) {
    const end = start + value.length;
    const begins = !isPart(text[start - 1]) || !isPart(value[0]);
    const ends = !isPart(text[end]) || !isPart(value.at(-1));
    if (begins && ends) return { start, end };
  }
  return undefined;
}
