import { type Config, type Mode, resolveMode } from '../../config';
import { RespiteError } from '../../errors';
import { type BackendContext, type BackendProvider, PROVIDER_API_VERSION } from './backend-provider';
import { adoptBackend } from './adopt-backend';
import type { CacheBackend } from './cache-backend';

/**
 * Picks the provider: the one `redis.provider` names, else the mode's own, which is the first listed for it.
 * @throws RespiteError `PROVIDER_UNKNOWN`, `PROVIDER_DUPLICATE`, `PROVIDER_INCOMPATIBLE`
 */
export function chooseProvider(providers: readonly BackendProvider[], config: Config): BackendProvider {
  refuseDuplicates(providers);
  const { mode, decidedBy } = resolveMode('redis', config);
  const { provider: name } = config.redis;
  const chosen = providers.find((candidate) => (name === '' ? candidate.mode === mode : candidate.name === name));
  if (chosen === undefined) throw unknownProvider(providers, name, mode);
  if (chosen.mode !== mode) {
    throw new RespiteError('PROVIDER_INCOMPATIBLE', {
      message: `redis.provider is "${chosen.name}", which serves the mode ${chosen.mode}, but the mode is ${mode} (decided by: ${decidedBy}). Set redis.mode to ${chosen.mode}, or remove redis.provider.`,
    });
  }
  if (chosen.apiVersion !== PROVIDER_API_VERSION) {
    throw new RespiteError('PROVIDER_INCOMPATIBLE', {
      message: `The provider "${chosen.name}" was written for version ${String(chosen.apiVersion)} of the provider contract; this is version ${String(PROVIDER_API_VERSION)}. Install a version of the plugin that fits.`,
    });
  }
  return chosen;
}

/** Makes the backend of the provider the configuration asks for. */
export async function createBackend(
  providers: readonly BackendProvider[],
  context: Omit<BackendContext, 'settings'>,
): Promise<CacheBackend> {
  const provider = chooseProvider(providers, context.config);
  return adoptBackend(await provider.create({ ...context, settings: context.config.plugins[provider.name] ?? {} }));
}

function refuseDuplicates(providers: readonly BackendProvider[]): void {
  const seen = new Set<string>();
  for (const { name } of providers) {
    if (seen.has(name)) {
      throw new RespiteError('PROVIDER_DUPLICATE', {
        message: `Two backend providers are named "${name}". Rename one of them: redis.provider must mean one.`,
      });
    }
    seen.add(name);
  }
}

function unknownProvider(providers: readonly BackendProvider[], name: string, mode: Mode): RespiteError {
  const known = providers.map((provider) => `${provider.name} (${provider.mode})`).join(', ') || 'none';
  const missing =
    name === '' ? `No provider serves the mode ${mode}.` : `redis.provider is "${name}", which is not registered.`;
  return new RespiteError('PROVIDER_UNKNOWN', {
    message: `${missing} Registered: ${known}. Pass plugins to createApp({ plugins }).`,
  });
}
