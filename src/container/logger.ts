import { createToken } from './token';

/** One log call: a message, or fields and a message. */
export interface LogMethod {
  (message: string): void;
  (fields: Readonly<Record<string, unknown>>, message?: string): void;
}

/** What Respite writes its events to. A pino logger is one; so is any object with these methods. */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
}

/** The application's logger, as a token. */
export const LoggerToken = createToken<Logger>('Logger');

const ignore = (): void => undefined;

/** Writes nothing. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
