import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { keyBody, userBody } from '../http/bodies';
import { read } from '../http/body';
import { CurrentUser } from './current-user';
import { Needs } from './roles';
import { type User, UsersService } from './users.service';

@Controller()
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('me')
  me(@CurrentUser() user: User): User {
    return user;
  }

  @Get('users')
  @Needs('admin')
  list(): Promise<User[]> {
    return this.users.list();
  }

  /** The only answer the key is in. */
  @Post('users')
  @Needs('admin')
  async create(@Body() body: unknown): Promise<object> {
    const { expires_in: ms, limits, ...rest } = read('user', userBody, body);
    const user = { ...rest, ...(limits && { limits }), ...(ms !== undefined && { expires: Date.now() + ms }) };
    return { ...user, key: await this.users.create(user) };
  }

  @Post('users/:name/key')
  @Needs('admin')
  async renew(@Param('name') name: string, @Body() body: unknown): Promise<object> {
    const { expires_in: ms } = read('key', keyBody, body ?? {});
    return { name, key: await this.users.renew(name, ms === undefined ? undefined : Date.now() + ms) };
  }

  @Delete('users/:name')
  @Needs('admin')
  @HttpCode(204)
  delete(@Param('name') name: string): Promise<void> {
    return this.users.delete(name);
  }
}
