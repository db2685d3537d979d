/**
 * Options for a client of node-redis (the package `redis`, 5 and 6): `createClient(options)`. They are a new object each
 * time, which node-redis may change.
 */
export interface NodeRedisOptions {
  socket: NodeRedisSocket | NodeRedisTcp | NodeRedisTls;
  username?: string;
  password?: string;
  /** Number of the database; default 0. */
  database?: number;
}

/** A unix socket, or a named pipe, of this process. */
export interface NodeRedisSocket {
  path: string;
  /** The types of node-redis want it beside a path. */
  tls: false;
  /** How long to wait before connecting again, in milliseconds; `false` = never, because nobody will ever serve it. */
  reconnectStrategy: (retries: number) => number | false;
}

/** A server. */
export interface NodeRedisTcp {
  host: string;
  port: number;
  /** Milliseconds. */
  connectTimeout: number;
}

/** A server that talks TLS. */
export interface NodeRedisTls extends NodeRedisTcp {
  tls: true;
  /** PEM, as `redis.tls.ca`, `cert` and `key` have it. */
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  servername?: string;
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2000;

/**
 * Options for a socket of this process. Who lost it (CLIENT KILL) connects again, as node-redis does by itself, until it is
 * closed for good: else a client that nobody closed would try for ever, and its process never end.
 */
export function optionsForSocket(path: string, isClosed: () => boolean): NodeRedisOptions {
  const reconnectStrategy = (retries: number): number | false =>
    isClosed() ? false : Math.min(FIRST_WAIT_MS * 2 ** retries, LONGEST_WAIT_MS);
  return { socket: { path, tls: false, reconnectStrategy } };
}
