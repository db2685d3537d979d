import type { Config } from '../config';
import { isError } from '../errors';
import type { Logger, LogMethod } from './logger';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

/** pino's numbers, so that its tools read our lines. */
const LEVEL_NUMBERS: Readonly<Record<Level, number>> = { debug: 20, info: 30, warn: 40, error: 50 };

/**
 * The logger of applications that bring none: one line per event, as text or as JSON in pino's shape. It writes to
 * stderr, because stdout belongs to the host.
 */
export function createLogger(
  settings: Config['log'],
  stream: { readonly isTTY?: boolean; write(line: string): unknown } = process.stderr,
): Logger {
  const asText = settings.format === 'text' || (settings.format === 'auto' && stream.isTTY === true);
  const print = asText ? textLine : jsonLine;
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

function textLine(level: Level, fields: Readonly<Record<string, unknown>>, message: string): string {
  const { event, err, ...rest } = fields;
  const details = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const stack = isError(err) ? `\n${err.stack ?? err.message}` : '';
  const said = message || (typeof event === 'string' ? event : '');
  return `${level.padEnd(5)} respite: ${[said, ...details].join(' ')}${stack}\n`;
}

function jsonLine(level: Level, fields: Readonly<Record<string, unknown>>, message: string): string {
  const { err, ...rest } = fields;
  const error = isError(err) ? { err: { type: err.name, message: err.message, stack: err.stack } } : {};
  return `${JSON.stringify({ level: LEVEL_NUMBERS[level], time: Date.now(), name: 'respite', ...rest, ...error, msg: message })}\n`;
}
