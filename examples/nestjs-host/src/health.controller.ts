import { Controller, Get } from '@nestjs/common';
import { type RespiteHealth, RespiteHealthIndicator } from 'respite/nestjs';

@Controller('health')
export class HealthController {
  constructor(private readonly respite: RespiteHealthIndicator) {}

  @Get()
  check(): Promise<RespiteHealth<'redis'>> {
    return this.respite.isHealthy('redis');
  }
}
