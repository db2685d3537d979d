import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Response } from 'express';
import { describe } from './describe';

/** Every error leaves the host as `{ "error": { "code", "message" } }`. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const { status, problem } = thrown instanceof HttpException ? ofNest(thrown) : describe(thrown);
    if (problem.code === 'INTERNAL')
      this.logger.error(problem.message, thrown instanceof Error ? thrown.stack : undefined);
    // A stream that has begun can only end.
    if (response.headersSent) response.end();
    else response.status(status).json({ error: problem });
  }
}

/** What Nest and Express refuse by themselves: routes there are not, bodies that are no JSON. */
function ofNest(thrown: HttpException): ReturnType<typeof describe> {
  const status = thrown.getStatus();
  const code = status === 404 ? 'NOT_FOUND' : 'INPUT_REJECTED';
  return { status, problem: { code, message: thrown.message } };
}
