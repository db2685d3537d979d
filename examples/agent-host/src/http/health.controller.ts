import { Controller, Get } from '@nestjs/common';
import { type RespiteHealth, RespiteHealthIndicator } from 'respite/nestjs';
import { Needs } from '../users/roles';

@Controller('healthz')
@Needs('nobody')
export class HealthController {
  constructor(private readonly respite: RespiteHealthIndicator) {}

  @Get()
  check(): Promise<RespiteHealth<'redis'>> {
    return this.respite.isHealthy('redis');
  }
}
