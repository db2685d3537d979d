import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  type MessageEvent,
  Param,
  Put,
  Req,
  Res,
  Sse,
} from '@nestjs/common';
import type { Response } from 'express';
import { Observable } from 'rxjs';
import { HostError } from '../errors/host-error';
import type { AuthenticatedRequest } from '../users/auth.guard';
import { mayAct, Needs } from '../users/roles';
import { DefinitionsService } from './definitions.service';
import { type Kind, KINDS } from './kinds';

/** Agents, tools and workflows, all alike: YAML with an etag. */
@Controller()
export class DefinitionsController {
  constructor(private readonly definitions: DefinitionsService) {}

  @Get('definitions/:kind')
  async list(@Param('kind') kind: string): Promise<object[]> {
    return (await this.definitions.names(kindOf(kind))).map((name) => ({ name }));
  }

  /** First all there are, then every change. */
  @Sse('definitions/:kind/watch')
  watch(@Param('kind') kind: string): Observable<MessageEvent> {
    const watched = kindOf(kind);
    return new Observable((listener) => {
      const left = new AbortController();
      void (async () => {
        for await (const { type, key, etag } of await this.definitions.watch(watched, left.signal))
          listener.next({ type, data: { name: key.id, etag } });
      })().then(
        () => listener.complete(),
        (failure: unknown) => listener.error(failure),
      );
      return () => left.abort();
    });
  }

  @Get('definitions/:kind/:name')
  async show(@Param('kind') kind: string, @Param('name') name: string, @Res() response: Response): Promise<void> {
    const { source, etag } = await this.definitions.get(kindOf(kind), name);
    response.set('etag', `"${etag}"`).type('application/yaml').send(source);
  }

  /** `If-Match` says which one is replaced; without it a new one is made. */
  @Put('definitions/:kind/:name')
  @Needs('editor')
  async put(
    @Param('kind') kind: string,
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers('if-match') match: string | undefined,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const written = kindOf(kind);
    mustBeAllowed(written, request);
    if (typeof body !== 'string') throw new HostError('INPUT_REJECTED', 'Send YAML: "content-type: application/yaml".');
    const before = await this.definitions.find(written, name);
    if (before !== undefined && match === undefined) {
      throw new HostError(
        'ETAG_REQUIRED',
        `${written}/${name} exists: send "If-Match: ${before.etag}" to replace what you have seen.`,
      );
    }
    const stored = { source: body, ...(before?.file !== undefined && { file: before.file }) };
    const etag = await this.definitions.put(written, name, stored, match?.replaceAll('"', '') ?? '');
    response.set('etag', `"${etag}"`);
    return { name, etag };
  }

  @Delete('definitions/:kind/:name')
  @Needs('editor')
  @HttpCode(204)
  async delete(
    @Param('kind') kind: string,
    @Param('name') name: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<void> {
    mustBeAllowed(kindOf(kind), request);
    await this.definitions.delete(kindOf(kind), name);
  }
}

function kindOf(kind: string): Kind {
  const found = KINDS.find((each) => each === kind);
  if (found === undefined)
    throw new HostError('NOT_FOUND', `There are no "${kind}": ask for one of ${KINDS.join(', ')}.`);
  return found;
}

/** A server of tools is a program on this machine. */
function mustBeAllowed(kind: Kind, { user }: AuthenticatedRequest): void {
  if (kind === 'tools' && (user === undefined || !mayAct(user.role, 'admin'))) {
    throw new HostError('FORBIDDEN', 'Tools can start programs on this machine: that needs the role admin.');
  }
}
