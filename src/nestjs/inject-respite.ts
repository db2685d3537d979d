import { Inject } from '@nestjs/common';
import type { Token } from '../container';

/**
 * Injects what Respite provides under a token: `constructor(@InjectRespite(CacheBackend) cache: CacheBackend)`. In the
 * `inject` list of a factory, and for `app.get()`, write `CacheBackend.id`.
 */
export function InjectRespite(token: Token<unknown>): PropertyDecorator & ParameterDecorator {
  return Inject(token.id);
}
