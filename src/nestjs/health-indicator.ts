import { Injectable } from '@nestjs/common';
import { type Reports, ReportsToken, worstOf } from '../container';
import { type BackendHealth, CacheBackend } from '../modules/cache';
import { InjectRespite } from './inject-respite';

/** One entry of a health check, as `@nestjs/terminus` 11 reads it; also fine as the answer of a route of your own. */
export type RespiteHealth<K extends string> = Readonly<
  Record<K, Omit<BackendHealth, 'status'> & { readonly status: 'up' | 'down'; readonly degraded: boolean }>
>;

/** Says whether Redis serves, and the modules that say how they are: `health.check([() => respite.isHealthy()])`. */
@Injectable()
export class RespiteHealthIndicator {
  constructor(
    @InjectRespite(CacheBackend) private readonly backend: CacheBackend,
    @InjectRespite(ReportsToken) private readonly reports: Reports,
  ) {}

  /**
   * Never rejects. A degraded backend serves, so it is `up`; `reasons` says what needs attention.
   * @param key the name of the entry
   */
  async isHealthy<const K extends string = 'respite'>(key?: K): Promise<RespiteHealth<K>> {
    const backend = await this.backend.health();
    const modules = this.reports.health();
    const status = worstOf([backend.status, modules.status]);
    const reasons = [...backend.reasons, ...modules.reasons];
    const { latencyMs } = backend;
    const entry: RespiteHealth<'respite'>['respite'] = {
      status: status === 'down' ? 'down' : 'up',
      degraded: status === 'degraded',
      latencyMs,
      reasons,
    };
    return { [key ?? 'respite']: entry } as RespiteHealth<K>; // TypeScript widens computed names
  }
}
