import { Controller, Delete, Get, HttpCode, Param } from '@nestjs/common';
import { CurrentUser } from '../users/current-user';
import type { User } from '../users/users.service';
import { conversationKey } from './agents.service';
import { Conversations } from './conversations';

@Controller('conversations')
export class ConversationsController {
  constructor(private readonly conversations: Conversations) {}

  @Get(':name')
  async show(@CurrentUser() user: User, @Param('name') name: string): Promise<object> {
    const messages = await this.conversations.read(conversationKey(user.name, name));
    const tokens = messages.reduce((sum, message) => sum + message.tokens, 0);
    return { name, tokens, messages: messages.map(({ role, content }) => ({ role, content })) };
  }

  @Delete(':name')
  @HttpCode(204)
  async delete(@CurrentUser() user: User, @Param('name') name: string): Promise<void> {
    await this.conversations.delete(conversationKey(user.name, name));
  }
}
