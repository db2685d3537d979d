import type { Redis, RedisOptions } from 'ioredis';
import { type Config, ConfigError, type ConfigProblem } from '../../../config';
import { asError, RespiteError } from '../../../errors';
import { type BackendProvider, PROVIDER_API_VERSION } from '../backend-provider';
import { MockBackend } from './mock-backend';

/** What ioredis-mock exports; its types are a package of their own, which nobody else needs. */
type MockConstructor = new (options: RedisOptions) => Redis;

let backends = 0;

/** ioredis-mock in the place of the engine, for unit tests that want the lightest thing: `redis.provider: mock`. */
export const mockProvider: BackendProvider = {
  name: 'mock',
  apiVersion: PROVIDER_API_VERSION,
  mode: 'standalone',
  async create({ config }) {
    refuseUnsupported(config);
    const RedisMock = loadMock();
    // Its clients share their data with all of the same host and port: a name of our own keeps applications apart.
    const host = `respite-mock-${String(++backends)}`;
    const backend = new MockBackend(() => new RedisMock({ host, db: config.redis.db }));
    return Promise.resolve(backend);
  },
};

function loadMock(): MockConstructor {
  try {
    // An optional peer, loaded when it is asked for. `require`, because a CommonJS Jest host cannot follow import().
    return require('ioredis-mock') as MockConstructor;
  } catch (cause) {
    // The package itself is missing, not something it needs.
    if (!asError(cause).message.startsWith("Cannot find module 'ioredis-mock'")) throw cause;
    throw new RespiteError('PEER_NOT_INSTALLED', {
      message:
        'redis.provider is "mock", but the package ioredis-mock is not installed. Run "npm install --save-dev ioredis-mock@8", or remove redis.provider to use the engine.',
      cause,
    });
  }
}

/** What only the engine can do. Never silently accepted. */
function refuseUnsupported({ redis: { standalone } }: Config): void {
  const asked = [
    ['redis.standalone.persistence.enabled', standalone.persistence.enabled],
    ['redis.standalone.listener.enabled', standalone.listener.enabled],
  ] as const;
  const problems = asked.flatMap(([path, enabled]): ConfigProblem[] =>
    enabled
      ? [
          {
            code: 'CONFIG_NOT_SUPPORTED',
            path,
            value: true,
            source: 'configuration',
            problem: 'cannot be had from ioredis-mock (redis.provider is "mock")',
            remedy: 'set it to false, or remove redis.provider to use the engine',
          },
        ]
      : [],
  );
  if (problems.length > 0) throw new ConfigError(problems);
}
