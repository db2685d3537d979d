import type { Redis, RedisOptions } from 'ioredis';
import { asError, type ErrorCode, RespiteError } from '../../../errors';
import type { ServerOptions } from './server-options';

/** Waits between attempts to reconnect: 50 ms more each time, at most 2 s. */
const reconnectDelay = (attempt: number): number => Math.min(attempt * 50, 2000);

/** A client that gives up at once while `connected` says so, and later reconnects for as long as it takes. */
export function clientOptions(server: ServerOptions, connected: () => boolean): RedisOptions {
  return {
    ...server,
    lazyConnect: true,
    retryStrategy: (attempt) => (connected() ? reconnectDelay(attempt) : null),
  };
}

/**
 * Connects `client` once and makes sure that the server serves it.
 * @throws RespiteError `REDIS_UNREACHABLE`, `REDIS_AUTH_FAILED`, `REDIS_NOT_READY`, naming the server and the reason
 */
export async function connectOnce(client: Redis, server: ServerOptions, signal: AbortSignal): Promise<void> {
  const errors: Error[] = [];
  const remember = (error: Error): void => void errors.push(error);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(server.connectTimeout ?? 10_000)]);
  const interrupted = rejectOn(limit);
  client.on('error', remember);
  try {
    await Promise.race([
      interrupted.promise,
      (async () => {
        await client.connect();
        await client.ping();
      })(),
    ]);
    // ioredis reports a failed AUTH or SELECT as an event and carries on.
    const [refused] = errors;
    if (refused !== undefined) throw refused;
  } catch (error) {
    // Disconnecting a client that has ended already starts a timer that nothing stops.
    if (client.status !== 'end') client.disconnect();
    // The event says why; the rejection often only that the connection is closed.
    throw startError(server, errors[0] ?? asError(error));
  } finally {
    interrupted.dispose();
    client.off('error', remember);
  }
}

function rejectOn(signal: AbortSignal): { promise: Promise<never>; dispose: () => void } {
  let listener = (): void => undefined;
  const promise = new Promise<never>((_, reject) => {
    listener = (): void => {
      reject(asError(signal.reason));
    };
    signal.addEventListener('abort', listener, { once: true });
    if (signal.aborted) listener();
  });
  return {
    promise,
    dispose: () => {
      signal.removeEventListener('abort', listener);
    },
  };
}

function startError({ host, port }: ServerOptions, cause: Error): RespiteError {
  const server = `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  const [code, message] = explain(server, cause);
  return new RespiteError(code, { message, cause });
}

function explain(server: string, cause: Error): [ErrorCode, string] {
  const reason = cause.message;
  if (/^(WRONGPASS|NOAUTH|ERR AUTH|ERR Client sent AUTH|ERR invalid password)/.test(reason)) {
    return [
      'REDIS_AUTH_FAILED',
      `Redis at ${server} refused the login: ${reason} Check redis.username and redis.password.`,
    ];
  }
  if (cause.name === 'ReplyError') {
    return ['REDIS_NOT_READY', `Redis at ${server} cannot serve this configuration: ${reason}`];
  }
  const hint = 'Check that it runs there (redis.url, redis.addr) and that redis.tls fits, or set mode to standalone.';
  return ['REDIS_UNREACHABLE', `Redis at ${server} cannot be reached: ${reason || cause.name}. ${hint}`];
}
