import { Logger as NestLogger } from '@nestjs/common';
import type { Logger, LogMethod } from '../container';
import { lineOf } from '../container/log-line';
import { isError } from '../errors';

/** Hands our log lines to whatever logger the Nest application uses; its levels decide what is shown. */
export function createNestLogger(
  nest: Pick<NestLogger, 'debug' | 'log' | 'warn' | 'error'> = new NestLogger('Respite'),
): Logger {
  return {
    debug: method((line) => nest.debug(line)),
    info: method((line) => nest.log(line)),
    warn: method((line) => nest.warn(line)),
    error: method((line, stack) => (stack === undefined ? nest.error(line) : nest.error(line, stack))),
  };
}

function method(write: (line: string, stack: string | undefined) => void): LogMethod {
  return (first: string | Readonly<Record<string, unknown>>, message?: string) => {
    const [fields, text] = typeof first === 'string' ? [{}, first] : [first, message ?? ''];
    const { event, err } = fields;
    const { said, details } = lineOf(fields, text);
    const named = typeof event === 'string' && said !== event ? [`event=${event}`] : [];
    write([said, ...details, ...named].filter(Boolean).join(' '), isError(err) ? err.stack : undefined);
  };
}
