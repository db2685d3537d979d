import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { inputBody } from '../http/bodies';
import { read } from '../http/body';
import { ToolsService } from './tools.service';

@Controller('tools')
export class ToolsController {
  constructor(private readonly tools: ToolsService) {}

  @Get()
  async list(): Promise<object[]> {
    const tools = await this.tools.list();
    return tools.map(({ server, name, description, inputSchema }) => ({
      name: `${server}.${name}`,
      description,
      input: inputSchema,
    }));
  }

  @Post(':name/call')
  @HttpCode(200)
  async call(@Param('name') name: string, @Body() body: unknown): Promise<object> {
    return { output: await this.tools.call(name, read('arguments', inputBody, body ?? {})) };
  }
}
