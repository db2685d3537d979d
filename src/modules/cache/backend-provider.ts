import type { Config, Mode, SettingsSchema } from '../../config';
import { type Clock, createMultiToken, type Logger } from '../../container';
import type { ProvidedBackend } from './cache-backend';

/** The version of the contract between Respite and its providers. Raised when the contract changes incompatibly. */
export const PROVIDER_API_VERSION = 1;

/** What a provider makes its backend from. */
export interface BackendContext {
  readonly config: Config;
  /** The provider's own section, `plugins.<name>`, as its `configSchema` says; empty without one. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly logger: Logger;
  /** The time of the application; data in this process expires by it. */
  readonly clock: Clock;
  /** Aborted when the start is given up: stop connecting and reject. */
  readonly signal: AbortSignal;
}

/**
 * Makes the backend of a mode. Respite has one for each; a plugin brings another, chosen by `redis.provider`.
 *
 * As a value, `BackendProvider` is the token all providers are added to.
 */
export interface BackendProvider {
  /** What `redis.provider` calls it. */
  readonly name: string;
  /** The `PROVIDER_API_VERSION` it was written for. */
  readonly apiVersion: number;
  readonly mode: Mode;
  /** The settings it accepts below `plugins.<name>`. */
  readonly configSchema?: SettingsSchema;
  /** Resolves when the backend serves. Rejects with a `RespiteError` that names what to change. */
  create(context: BackendContext): Promise<ProvidedBackend>;
}

export const BackendProvider = createMultiToken<BackendProvider>('BackendProvider');
