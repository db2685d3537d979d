// A plug-in as it was written for the first types of provider API version 1.
import { Redis, type RedisOptions } from 'ioredis';
import {
  type BackendContext,
  type BackendHealth,
  type BackendProvider,
  CacheBackend,
  type ConnectionPurpose,
  createApp,
  formats,
  override,
  PROVIDER_API_VERSION,
  setting,
  type SettingsSchema,
} from 'respite';

class AcmeBackend implements CacheBackend {
  readonly name = 'acme';
  readonly mode = 'standalone';
  readonly lacks = ['blocking'] as const;
  readonly client: Redis;
  readonly #options: RedisOptions;

  constructor(options: RedisOptions) {
    this.#options = options;
    this.client = new Redis({ ...options, lazyConnect: true });
  }

  connection(purpose: ConnectionPurpose): Redis {
    return new Redis({ ...this.#options, ...(purpose === 'blocking' && { maxRetriesPerRequest: null }) });
  }

  redisOptions(): RedisOptions {
    return { ...this.#options };
  }

  async health(): Promise<BackendHealth> {
    return { status: 'ok', latencyMs: undefined, reasons: [] };
  }

  async close(): Promise<void> {
    this.client.disconnect();
  }
}

const configSchema = {
  patience: setting({ doc: 'How long to wait.', format: formats.duration(), default: 5000 }),
  region: setting({ doc: 'Where.', format: formats.text, default: 'eu' }),
} satisfies SettingsSchema;

export const acme: BackendProvider = {
  name: 'acme',
  apiVersion: PROVIDER_API_VERSION,
  mode: 'standalone',
  configSchema,
  async create({ config, settings }: BackendContext): Promise<CacheBackend> {
    return new AcmeBackend({ host: String(settings['region']), db: config.redis.db });
  },
};

export const app = createApp({ plugins: [acme], overrides: [override(CacheBackend, new AcmeBackend({}))] });
