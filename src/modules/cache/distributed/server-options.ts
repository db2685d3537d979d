import { readFileSync } from 'node:fs';
import type { RedisOptions } from 'ioredis';
import { type Config, ConfigError, parseAddress } from '../../../config';
import { asError } from '../../../errors';

/** Where the server is and how to talk to it, and nothing else: no retry policy, no keyPrefix. */
export type ServerOptions = Pick<
  RedisOptions,
  'host' | 'port' | 'username' | 'password' | 'db' | 'tls' | 'connectTimeout' | 'commandTimeout'
> & { readonly host: string; readonly port: number };

/** Reads `redis.*` into ioredis' options. @throws ConfigError when a TLS file cannot be read */
export function serverOptions({ redis }: Config): ServerOptions {
  const server = redis.url === '' ? fromAddress(redis) : fromUrl(redis.url, redis);
  const secure = redis.tls.enabled || redis.url.startsWith('rediss:');
  return {
    ...server,
    connectTimeout: redis.connect_timeout,
    ...(redis.command_timeout > 0 && { commandTimeout: redis.command_timeout }),
    ...(secure && { tls: tlsOptions(redis.tls) }),
  };
}

type Server = Pick<ServerOptions, 'host' | 'port' | 'username' | 'password' | 'db'>;

function fromAddress({ addr, username, password, db }: Config['redis']): Server {
  return { ...parseAddress(addr), db, ...credentials(username, password) };
}

function fromUrl(url: string, redis: Config['redis']): Server {
  const { hostname, port, pathname, username, password } = new URL(url);
  const inUrl = username !== '' || password !== '';
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 6379 : Number(port),
    db: pathname.length > 1 ? Number(pathname.slice(1)) : redis.db,
    ...(inUrl
      ? credentials(decodeURIComponent(username), decodeURIComponent(password))
      : credentials(redis.username, redis.password)),
  };
}

function credentials(username: string, password: string): Pick<Server, 'username' | 'password'> {
  return { ...(username !== '' && { username }), ...(password !== '' && { password }) };
}

function tlsOptions(tls: Config['redis']['tls']): NonNullable<RedisOptions['tls']> {
  return {
    ...(tls.ca !== '' && { ca: readPem('ca', tls.ca) }),
    ...(tls.cert !== '' && { cert: readPem('cert', tls.cert) }),
    ...(tls.key !== '' && { key: readPem('key', tls.key) }),
    ...(tls.server_name !== '' && { servername: tls.server_name }),
  };
}

function readPem(name: 'ca' | 'cert' | 'key', file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const problem = `cannot be read (${asError(error).message})`;
    const remedy = 'write the path of a PEM file this process may read';
    const path = `redis.tls.${name}`;
    throw new ConfigError([{ code: 'CONFIG_INVALID', path, value: file, source: 'configuration', problem, remedy }]);
  }
}
