import { readFileSync } from 'node:fs';
import { type Config, ConfigError, parseAddress } from '../../../config';
import { asError } from '../../../errors';
import type { ConnectionOptions } from '../cache-backend';

/** Where a process listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** How to find who serves. */
export type Target =
  | { readonly kind: 'server'; readonly address: Address }
  | { readonly kind: 'sentinel'; readonly sentinels: readonly Address[]; readonly master: string }
  | { readonly kind: 'cluster'; readonly nodes: readonly Address[] };

/** What every client of the server needs, whoever makes it: no retry policy, no keyPrefix. */
export type ClientOptions = Pick<
  ConnectionOptions,
  | 'username'
  | 'password'
  | 'db'
  | 'tls'
  | 'connectTimeout'
  | 'commandTimeout'
  | 'sentinelUsername'
  | 'sentinelPassword'
  | 'sentinelTLS'
  | 'enableTLSForSentinelMode'
> & { readonly connectTimeout: number };

/** A server, or several that act as one, and how to talk to them. */
export interface Server {
  readonly target: Target;
  readonly options: ClientOptions;
}

/** One server. */
export interface SingleServer extends Server {
  readonly target: { readonly kind: 'server'; readonly address: Address };
}

/** The port sentinels listen on when an address has none. */
const SENTINEL_PORT = 26_379;

/** Reads `redis.*`. @throws ConfigError when a TLS file cannot be read */
export function readServer({ redis }: Config): Server {
  const secure = redis.tls.enabled || redis.url.startsWith('rediss:');
  const tls = secure ? tlsOptions(redis.tls) : undefined;
  const options: ClientOptions = {
    ...credentials(redis.username, redis.password),
    connectTimeout: redis.connect_timeout,
    ...(redis.command_timeout > 0 && { commandTimeout: redis.command_timeout }),
    ...(tls !== undefined && { tls }),
  };
  if (redis.cluster_nodes.length > 0) {
    return { target: { kind: 'cluster', nodes: redis.cluster_nodes.map((node) => parseAddress(node)) }, options };
  }
  if (redis.sentinels.length > 0) {
    const sentinels = redis.sentinels.map((sentinel) => parseAddress(sentinel, SENTINEL_PORT));
    return {
      target: { kind: 'sentinel', sentinels, master: redis.sentinel_name },
      options: { ...options, db: redis.db, ...sentinelOptions(redis, tls) },
    };
  }
  if (redis.url !== '') return fromUrl(redis.url, { db: redis.db, ...options });
  return { target: { kind: 'server', address: parseAddress(redis.addr) }, options: { ...options, db: redis.db } };
}

/** The server in words, without anything secret: for messages. */
export function describeTarget(target: Target): string {
  switch (target.kind) {
    case 'server':
      return `Redis at ${printAddress(target.address)}`;
    case 'sentinel':
      return `The master "${target.master}" of the sentinels ${printAddresses(target.sentinels)}`;
    case 'cluster':
      return `The Redis Cluster at ${printAddresses(target.nodes)}`;
  }
}

/** `host:port`, an IPv6 address in brackets. */
export const printAddress = ({ host, port }: Address): string =>
  `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;

const printAddresses = (addresses: readonly Address[]): string => addresses.map(printAddress).join(', ');

/** The nodes or sentinels that are asked first, each as a server of its own; none for one server. */
export function entryPoints({ target, options }: Server): readonly SingleServer[] {
  switch (target.kind) {
    case 'server':
      return [];
    case 'cluster':
      return target.nodes.map((address) => ({ target: { kind: 'server', address }, options }));
    case 'sentinel': {
      const { connectTimeout, sentinelUsername: username, sentinelPassword: password, sentinelTLS: tls } = options;
      const own: ClientOptions = {
        connectTimeout,
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
        ...(tls !== undefined && { tls }),
      };
      return target.sentinels.map((address) => ({ target: { kind: 'server', address }, options: own }));
    }
  }
}

/** What the URL says outranks `options`; the checks of the configuration hold that they never contradict. */
function fromUrl(url: string, options: ClientOptions): Server {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    target: {
      kind: 'server',
      address: { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? 6379 : Number(port) },
    },
    options: {
      ...options,
      ...(pathname.length > 1 && { db: Number(pathname.slice(1)) }),
      ...credentials(decodeURIComponent(username), decodeURIComponent(password)),
    },
  };
}

function credentials(username: string, password: string): Pick<ClientOptions, 'username' | 'password'> {
  return { ...(username !== '' && { username }), ...(password !== '' && { password }) };
}

/** Sentinels have a login of their own, and the same certificates as the servers they watch. */
function sentinelOptions(redis: Config['redis'], tls: ClientOptions['tls']): Partial<ClientOptions> {
  return {
    ...(redis.sentinel_username !== '' && { sentinelUsername: redis.sentinel_username }),
    ...(redis.sentinel_password !== '' && { sentinelPassword: redis.sentinel_password }),
    ...(tls !== undefined && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
  };
}

function tlsOptions(tls: Config['redis']['tls']): NonNullable<ClientOptions['tls']> {
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
