import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { HostError } from '../errors/host-error';
import { mayAct, NEEDS, type Role } from './roles';
import { type User, UsersService } from './users.service';

/** A request whose key was found to be right. */
export type AuthenticatedRequest = Request & { user?: User };

/** The cookie pages use, as a browser sends no header of ours. */
export const COOKIE = 'agent_host_key';

/** Lets in who has a key, where his role allows it. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly users: UsersService,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const places = [context.getHandler(), context.getClass()];
    const needed = this.reflector.getAllAndOverride<Role | 'nobody' | undefined>(NEEDS, places) ?? 'user';
    if (needed === 'nobody') return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const key = keyIn(request);
    if (key === undefined) throw new HostError('KEY_MISSING', 'Send your API key: "authorization: Bearer ah...".');
    const user = await this.users.authenticate(key);
    if (!mayAct(user.role, needed)) {
      throw new HostError('FORBIDDEN', `This needs the role ${needed}; "${user.name}" has the role ${user.role}.`);
    }
    request.user = user;
    return true;
  }
}

/** The key a request has, if any. A cookie only reads: another site's form could send it along with what writes. */
export function keyIn({ headers, method }: Request): string | undefined {
  const [, bearer] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  const cookie = (headers.cookie ?? '').split('; ').find((each) => each.startsWith(`${COOKIE}=`));
  return cookie !== undefined && method === 'GET' ? decodeURIComponent(cookie.slice(COOKIE.length + 1)) : undefined;
}
