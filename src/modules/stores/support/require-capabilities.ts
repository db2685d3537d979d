import { RespiteError } from '../../../errors';
import type { BackendCapability, CacheBackend } from '../../cache';

/** @throws RespiteError `BACKEND_LACKS_CAPABILITY` when the backend declares that it cannot do what a module needs. */
export function requireCapabilities(module: string, backend: CacheBackend, ...needed: BackendCapability[]): void {
  const missing = needed.filter((capability) => backend.lacks?.includes(capability));
  if (missing.length === 0) return;
  throw new RespiteError('BACKEND_LACKS_CAPABILITY', {
    message: `The module "${module}" needs ${missing.join(' and ')}, which the backend "${backend.name}" lacks. Remove redis.provider to use the engine (tests: it starts in milliseconds), or leave the module out.`,
  });
}
