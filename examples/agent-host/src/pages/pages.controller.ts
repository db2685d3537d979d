import { Body, Controller, Get, Header, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { describe } from '../errors/describe';
import { loginBody } from '../http/bodies';
import { read } from '../http/body';
import { RunPlans } from '../runs/plans';
import { RunsService } from '../runs/runs.service';
import { COOKIE, keyIn } from '../users/auth.guard';
import { CurrentUser } from '../users/current-user';
import { Needs } from '../users/roles';
import { type User, UsersService } from '../users/users.service';
import { html, page } from './html';
import { openApi } from './openapi';
import { ROUTES } from './routes';
import { LIVE, loginPage, runPage, runsPage } from './run-pages';

const SHOWN = 100;
/** Only our own script, no frames, nothing from elsewhere. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'";

/** Pages for people. */
@Controller()
export class PagesController {
  constructor(
    private readonly runs: RunsService,
    private readonly plans: RunPlans,
    private readonly users: UsersService,
  ) {}

  @Get()
  @Needs('nobody')
  @Header('content-security-policy', POLICY)
  @Header('content-type', 'text/html; charset=utf-8')
  async home(@Req() request: Request): Promise<string> {
    const key = keyIn(request);
    if (key === undefined) return loginPage();
    try {
      const user = await this.users.authenticate(key);
      return runsPage(user.name, await this.runs.list(user, SHOWN));
    } catch (failure) {
      return loginPage(describe(failure).problem.message);
    }
  }

  @Post('pages/login')
  @Needs('nobody')
  login(@Body() body: unknown, @Res() response: Response): void {
    const { key } = read('login', loginBody, body);
    response.cookie(COOKIE, key, { httpOnly: true, sameSite: 'strict' }).redirect(303, '/');
  }

  @Get('pages/live.js')
  @Needs('nobody')
  @Header('content-type', 'text/javascript; charset=utf-8')
  live(): string {
    return LIVE;
  }

  @Get('pages/runs/:id')
  @Header('content-security-policy', POLICY)
  @Header('content-type', 'text/html; charset=utf-8')
  async run(@CurrentUser() user: User, @Param('id') id: string): Promise<string> {
    const run = await this.runs.get(user, id);
    const steps = (await this.plans.get(id))?.definition.steps.map((step) => step.id);
    return runPage(run, steps ?? Object.keys(run.outcomes));
  }

  @Get('docs')
  @Needs('nobody')
  @Header('content-security-policy', POLICY)
  @Header('content-type', 'text/html; charset=utf-8')
  docs(): string {
    const rows = ROUTES.map(
      ({ method, path, summary, needs }) =>
        html`<tr>
          <td>${method.toUpperCase()}</td>
          <td><code>${path}</code></td>
          <td>${summary}</td>
          <td>${needs ?? 'user'}</td>
        </tr>`,
    );
    return page(
      'Routes',
      html`<p>As a document: <a href="/openapi.json">openapi.json</a></p>
        <table>
          <tr>
            <th></th>
            <th>path</th>
            <th></th>
            <th>role</th>
          </tr>
          ${rows}
        </table>`,
    );
  }

  @Get('openapi.json')
  @Needs('nobody')
  document(): object {
    return openApi();
  }
}
