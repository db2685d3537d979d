import { Injectable } from '@nestjs/common';
import { type BackendHealth, CacheBackend } from '../modules/cache';
import { InjectRespite } from './inject-respite';

/** One entry of a health check, as `@nestjs/terminus` 11 reads it; also fine as the answer of a route of your own. */
export type RespiteHealth<K extends string> = Readonly<
  Record<K, Omit<BackendHealth, 'status'> & { readonly status: 'up' | 'down'; readonly degraded: boolean }>
>;

/** Says whether Redis serves: `health.check([() => respite.isHealthy()])`. */
@Injectable()
export class RespiteHealthIndicator {
  constructor(@InjectRespite(CacheBackend) private readonly backend: CacheBackend) {}

  /**
   * Never rejects. A degraded backend serves, so it is `up`; `reasons` says what needs attention.
   * @param key the name of the entry
   */
  async isHealthy<const K extends string = 'respite'>(key?: K): Promise<RespiteHealth<K>> {
    const { status, latencyMs, reasons } = await this.backend.health();
    const entry = { status: status === 'down' ? 'down' : 'up', degraded: status === 'degraded', latencyMs, reasons };
    return { [key ?? 'respite']: entry } as RespiteHealth<K>; // TypeScript widens computed names
  }
}
