import { createHash } from 'node:crypto';
import { Body, Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { IdempotencyStore } from 'respite';
import { InjectRespite } from 'respite/nestjs';
import { HostError } from '../errors/host-error';
import { inputBody } from '../http/bodies';
import { read } from '../http/body';
import { RunsService } from '../runs/runs.service';
import { CurrentUser } from '../users/current-user';
import type { User } from '../users/users.service';

/** After this an attempt that did not end counts as dead, and the next delivery begins anew. */
const ATTEMPT_MS = 30_000;

@Controller('hooks')
export class WebhooksController {
  constructor(
    @InjectRespite(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    private readonly runs: RunsService,
  ) {}

  /** Starts a workflow once, however often the same delivery arrives. */
  @Post(':workflow')
  @HttpCode(202)
  async receive(
    @CurrentUser() user: User,
    @Param('workflow') workflow: string,
    @Headers('idempotency-key') delivery: string | undefined,
    @Body() body: unknown,
  ): Promise<unknown> {
    if (delivery === undefined || delivery === '') {
      throw new HostError(
        'WEBHOOK_KEY_MISSING',
        'Send "Idempotency-Key: <the id of the delivery>", so that it counts once.',
      );
    }
    // Of the delivery alone: should this process die before it has written that it was done, the next one finds its run.
    const id = createHash('sha256')
      .update(JSON.stringify([user.name, workflow, delivery]))
      .digest('hex')
      .slice(0, 32);
    const begun = await this.idempotency.begin(`hook:${id}`, ATTEMPT_MS);
    if (begun.status === 'completed') return begun.result;
    if (begun.status === 'in-progress') {
      throw new HostError('WEBHOOK_IN_PROGRESS', 'The same delivery is being worked on: send it again in a moment.');
    }
    return this.begin(user, workflow, id, begun.token, read('body', inputBody, body ?? {}));
  }

  private async begin(
    user: User,
    workflow: string,
    id: string,
    token: string,
    input: Record<string, unknown>,
  ): Promise<object> {
    const key = `hook:${id}`;
    try {
      const run = await this.runs.start(user, workflow, input, id);
      const result = { run: run.id };
      await this.idempotency.complete(key, token, result);
      return result;
    } catch (failure) {
      await this.idempotency.fail(key, token).catch(() => undefined); // it goes away by itself
      throw failure;
    }
  }
}
