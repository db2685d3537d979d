import { Inject, Injectable } from '@nestjs/common';
import { CacheBackend } from 'respite';
import { InjectRespite } from 'respite/nestjs';
import { HostError } from '../errors/host-error';
import { SETTINGS, type Settings } from '../settings/settings';
import type { User } from './users.service';

const MINUTE_MS = 60_000;

/** How much each user may do. */
@Injectable()
export class LimitsService {
  constructor(
    @InjectRespite(CacheBackend) private readonly cache: CacheBackend,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** How many runs of his may go on at once. */
  active({ limits }: User): number {
    return limits?.active ?? this.settings.limits.active;
  }

  /** Counts a start. @throws HostError `LIMIT_RATE` */
  async countStart({ name, limits }: User): Promise<void> {
    const allowed = limits?.per_minute ?? this.settings.limits.per_minute;
    const minute = Math.floor(Date.now() / MINUTE_MS);
    const key = `host:starts:${name}:${minute}`;
    const [count] =
      (await this.cache.client
        .multi()
        .incr(key)
        .pexpire(key, 2 * MINUTE_MS)
        .exec()) ?? [];
    if (Number(count?.[1]) > allowed) {
      throw new HostError('LIMIT_RATE', `"${name}" may start ${allowed} runs a minute: try again in the next one.`);
    }
  }
}
