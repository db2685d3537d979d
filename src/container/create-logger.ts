import type { Config } from '../config';
import { isError } from '../errors';
import { lineOf } from './log-line';
import type { Logger, LogMethod } from './logger';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

/** pino's numbers, so that its tools read our lines. */
const LEVEL_NUMBERS: Readonly<Record<Level, number>> = { debug: 20, info: 30, warn: 40, error: 50 };

/** Of the terminal: cyan, green, yellow, red. */
const LEVEL_COLOURS: Readonly<Record<Level, number>> = { debug: 36, info: 32, warn: 33, error: 31 };
const DIM = 2;

/** Where lines go. */
export interface LogStream {
  readonly isTTY?: boolean;
  write(line: string): unknown;
}

/** How a line is written. */
type Print = (level: Level, fields: Readonly<Record<string, unknown>>, message: string) => string;

/**
 * The logger of applications that bring none: one line per event, as text or as JSON in pino's shape. It writes to
 * stderr, because stdout belongs to the host.
 * @param env where NO_COLOR and FORCE_COLOR are looked for
 */
export function createLogger(
  settings: Config['log'],
  stream: LogStream = process.stderr,
  env: NodeJS.ProcessEnv = process.env,
): Logger {
  const isTTY = stream.isTTY === true;
  const asText = settings.format === 'text' || (settings.format === 'auto' && isTTY);
  const print = asText ? textLine(isTTY, paintIf(isColoured(isTTY, env))) : jsonLine;
  const lowest = settings.level === 'silent' ? LEVELS.length : LEVELS.indexOf(settings.level);
  const at = (level: Level): LogMethod => {
    if (LEVELS.indexOf(level) < lowest) return () => undefined;
    return (first: string | Readonly<Record<string, unknown>>, message?: string) => {
      const [fields, text] = typeof first === 'string' ? [{}, first] : [first, message ?? ''];
      stream.write(print(level, fields, text));
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Colours are for a terminal; NO_COLOR (no-color.org) forbids them, and FORCE_COLOR decides, as Node itself has it. */
function isColoured(isTTY: boolean, { FORCE_COLOR: force, NO_COLOR: no, TERM: terminal }: NodeJS.ProcessEnv): boolean {
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTTY && (no === undefined || no === '') && terminal !== 'dumb';
}

type Paint = (text: string, colour: number) => string;

const paintIf = (coloured: boolean): Paint =>
  coloured ? (text, colour) => (text === '' ? '' : `\x1b[${String(colour)}m${text}\x1b[0m`) : (text) => text;

/** The time of day is enough for who watches; what is kept carries the date. */
const textLine =
  (watched: boolean, paint: Paint): Print =>
  (level, fields, message) => {
    const now = new Date();
    const { said, details } = lineOf(fields, message);
    const { err } = fields;
    const stack = isError(err) ? `\n${paint(err.stack ?? err.message, DIM)}` : '';
    const parts = [
      paint(watched ? timeOfDay(now) : now.toISOString(), DIM),
      paint(level.padEnd(5), LEVEL_COLOURS[level]),
      said,
      paint(details.join(' '), DIM),
    ];
    return `${parts.filter((part) => part !== '').join(' ')}${stack}\n`;
  };

function timeOfDay(time: Date): string {
  const [hours, minutes, seconds] = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${hours ?? ''}:${minutes ?? ''}:${seconds ?? ''}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

const jsonLine: Print = (level, fields, message) => {
  const { err, ...rest } = fields;
  const error = isError(err) ? { err: { type: err.name, message: err.message, stack: err.stack } } : {};
  return `${JSON.stringify({ level: LEVEL_NUMBERS[level], time: Date.now(), name: 'respite', ...rest, ...error, msg: message })}\n`;
};
