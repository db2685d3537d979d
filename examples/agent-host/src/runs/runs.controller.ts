import { Body, Controller, Get, Headers, HttpCode, type MessageEvent, Param, Post, Query, Sse } from '@nestjs/common';
import { Observable } from 'rxjs';
import { askBody, inputBody } from '../http/bodies';
import { read } from '../http/body';
import { CurrentUser } from '../users/current-user';
import type { User } from '../users/users.service';
import { RunFollower } from './follow';
import { RunPlans } from './plans';
import type { Run } from './run';
import { RunsService } from './runs.service';
import { shownRun } from './shown-run';

const MOST = 200;

@Controller()
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly plans: RunPlans,
    private readonly follower: RunFollower,
  ) {}

  @Post('workflows/:name/runs')
  async start(@CurrentUser() user: User, @Param('name') name: string, @Body() body: unknown): Promise<object> {
    return this.shown(await this.runs.start(user, name, read('input', inputBody, body ?? {})));
  }

  @Post('agents/:name/runs')
  async ask(@CurrentUser() user: User, @Param('name') name: string, @Body() body: unknown): Promise<object> {
    const { prompt, conversation } = read('body', askBody, body);
    return this.shown(await this.runs.ask(user, name, prompt, conversation));
  }

  @Get('runs')
  async list(@CurrentUser() user: User, @Query('limit') limit = '50'): Promise<object[]> {
    const runs = await this.runs.list(user, Math.min(Number(limit) || 50, MOST));
    return runs.map(({ id, workflow, status, created, finished }) => ({
      id,
      workflow,
      status,
      created,
      ...(finished !== undefined && { finished }),
    }));
  }

  @Get('runs/:id')
  async show(@CurrentUser() user: User, @Param('id') id: string): Promise<object> {
    return this.shown(await this.runs.get(user, id));
  }

  @Post('runs/:id/signals/:signal')
  @HttpCode(202)
  async signal(
    @CurrentUser() user: User,
    @Param('id') id: string,
    @Param('signal') signal: string,
    @Body() body: unknown,
  ): Promise<object> {
    await this.runs.signal(user, id, signal, body ?? null);
    return { sent: signal };
  }

  @Post('runs/:id/cancel')
  async cancel(@CurrentUser() user: User, @Param('id') id: string): Promise<object> {
    return this.shown(await this.runs.cancel(user, id));
  }

  @Post('runs/:id/again')
  async again(@CurrentUser() user: User, @Param('id') id: string): Promise<object> {
    return this.shown(await this.runs.again(user, id));
  }

  /** A browser that comes back says which event was its last. */
  @Sse('runs/:id/events')
  async events(
    @CurrentUser() user: User,
    @Param('id') id: string,
    @Headers('last-event-id') last = '0',
  ): Promise<Observable<MessageEvent>> {
    await this.runs.get(user, id);
    return new Observable((listener) => {
      const left = new AbortController();
      const after = /^\d+(-\d+)?$/.test(last) ? last : '0';
      void (async () => {
        for await (const { id: event, type, data } of this.follower.follow(id, after, left.signal))
          listener.next({ id: event, type, data });
      })().then(
        () => listener.complete(),
        (failure: unknown) => listener.error(failure),
      );
      return () => left.abort();
    });
  }

  private async shown(run: Run): Promise<object> {
    return shownRun(run, await this.plans.get(run.id));
  }
}
