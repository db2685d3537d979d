import { join } from 'node:path';
import type { RedisVersion } from '../../src/engine';

/** Where scripts/redis-8 lays out a redis-server 8.0.2 unless REDIS_8 names another folder. */
const FOLDER = process.env['REDIS_8'] ?? join(__dirname, '../../node_modules/.cache/redis-8');

/** Set by the project of Jest that runs the contract with another version; REDIS_VERSION does so for any other run. */
const chosen = (globalThis as { REDIS_VERSION?: string }).REDIS_VERSION ?? process.env['REDIS_VERSION'] ?? '7.0';

/** The versions there is a server to compare with. */
export const ORACLE_VERSIONS = ['7.0', '8.0'] as const satisfies readonly RedisVersion[];
/** A version there is a server to compare with. */
export type OracleVersion = (typeof ORACLE_VERSIONS)[number];

const found = ORACLE_VERSIONS.find((version) => version === chosen);
if (found === undefined)
  throw new Error(`REDIS_VERSION=${chosen}: there are servers of ${ORACLE_VERSIONS.join(' and ')} only`);

/** The version this run compares with. */
export const ORACLE: OracleVersion = found;

/** How its server is started. */
export const ORACLE_SERVER: Readonly<Record<OracleVersion, string>> = {
  '7.0': 'redis-server',
  '8.0': join(FOLDER, 'redis-server-8'),
};
