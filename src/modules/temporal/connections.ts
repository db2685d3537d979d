import { readFileSync } from 'node:fs';
import type * as TemporalClient from '@temporalio/client';
import type { Connection, ConnectionOptions } from '@temporalio/client';
import type { Config } from '../../config';
import { asError, RespiteError } from '../../errors';
import { Retries } from './retries';
import type { TemporalConnection } from './temporal-connection';

type Settings = Config['temporal'];

/** For a single question: no call is tried again, and a server that comes up is found at once. */
const PROBE: ConnectionOptions = {
  interceptors: [],
  channelArgs: { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 100 },
};

/** In the protocol of gRPC's health checks. */
const SERVING = 1;

/** Codes of gRPC that an answer about a namespace may have. */
const NOT_FOUND = 5;
/** The server is there, and says less about itself than others: no permission, or no such call. */
const SAYS_NOTHING = [7, 12];

/**
 * The client of Temporal, an optional peer that is loaded where it is used. `require`, because a CommonJS Jest host cannot
 * follow import().
 * @throws RespiteError `PEER_NOT_INSTALLED`
 */
export function loadClient(): typeof TemporalClient {
  try {
    return require('@temporalio/client') as typeof TemporalClient;
  } catch (cause) {
    if (!asError(cause).message.startsWith("Cannot find module '@temporalio/client'")) throw cause;
    throw new RespiteError('PEER_NOT_INSTALLED', {
      message:
        'temporalModule needs the package @temporalio/client, which is not installed. Run "npm install @temporalio/client@1".',
      cause,
    });
  }
}

/** Makes connections with one set of options, and closes those that are left. */
export class Connections implements TemporalConnection {
  readonly address: string;
  readonly namespace: string;
  readonly #client: typeof TemporalClient;
  readonly #options: ConnectionOptions;
  /** Those that are open, each with its retries; probes have none. */
  readonly #open = new Map<Connection, Retries | undefined>();
  readonly #ending = new Set<Promise<void>>();

  /** @throws RespiteError `TEMPORAL_UNREACHABLE` when a file of `temporal.tls` cannot be read */
  constructor(client: typeof TemporalClient, settings: Settings, { secure }: { readonly secure: boolean }) {
    this.address = settings.host_port;
    this.namespace = settings.namespace;
    this.#client = client;
    this.#options = {
      address: settings.host_port,
      connectTimeout: settings.start_timeout,
      ...(secure && securityOf(settings)),
    };
  }

  connect(): Promise<Connection> {
    const retries = new Retries(this.#client);
    return this.#connect({ ...this.#options, interceptors: retries.interceptors }, retries);
  }

  /** Asks once whether the server serves, within `timeoutMs`. @throws whatever it came to */
  async assertServing(timeoutMs: number): Promise<void> {
    const connection = await this.#connect({ ...this.#options, ...PROBE, connectTimeout: timeoutMs });
    try {
      const limit = AbortSignal.timeout(timeoutMs);
      const { status } = await connection.withAbortSignal(limit, () => connection.healthService.check({}));
      const said: number = status;
      if (said !== SERVING) throw new Error('it does not serve yet');
    } finally {
      void this.#end(connection);
    }
  }

  /** @throws RespiteError `TEMPORAL_UNREACHABLE`, `TEMPORAL_NAMESPACE_UNKNOWN` */
  async assertNamespace(): Promise<void> {
    const connection = await this.#connect({ ...this.#options, ...PROBE });
    try {
      await connection.workflowService.describeNamespace({ namespace: this.namespace });
    } catch (cause) {
      const code = (cause as { readonly code?: unknown }).code; // gRPC's errors have one
      if (SAYS_NOTHING.some((each) => each === code)) return;
      if (code !== NOT_FOUND) throw cause;
      throw new RespiteError('TEMPORAL_NAMESPACE_UNKNOWN', {
        message: `The Temporal server at ${this.address} has no namespace "${this.namespace}". Create it with "temporal operator namespace create --namespace ${this.namespace}", or correct temporal.namespace.`,
        cause,
      });
    } finally {
      void this.#end(connection);
    }
  }

  async close(): Promise<void> {
    for (const connection of this.#open.keys()) void this.#end(connection);
    await Promise.all(this.#ending);
  }

  async #connect(options: ConnectionOptions, retries?: Retries): Promise<Connection> {
    const connection = this.#client.Connection.lazy(options);
    this.#open.set(connection, retries);
    try {
      await connection.ensureConnected();
      return connection;
    } catch (cause) {
      void this.#end(connection);
      throw new RespiteError('TEMPORAL_UNREACHABLE', {
        message: `The Temporal server at ${this.address} cannot be used (${reasonOf(cause)}). Check temporal.host_port, temporal.tls and temporal.api_key.`,
        cause,
      });
    }
  }

  #end(connection: Connection): Promise<void> {
    const retries = this.#open.get(connection);
    this.#open.delete(connection);
    const ending = (async () => {
      await retries?.rest();
      // Who opened it may have closed it.
      await connection.close().catch(() => undefined);
    })();
    this.#ending.add(ending);
    return ending.finally(() => void this.#ending.delete(ending));
  }
}

function securityOf({ tls, api_key: apiKey }: Settings): ConnectionOptions {
  const withTls = tls.enabled || apiKey !== '';
  return {
    ...(apiKey !== '' && { apiKey }),
    ...(withTls && {
      tls: {
        ...(tls.server_name !== '' && { serverNameOverride: tls.server_name }),
        ...(tls.ca !== '' && { serverRootCACertificate: readPem('ca', tls.ca) }),
        ...(tls.cert !== '' && { clientCertPair: { crt: readPem('cert', tls.cert), key: readPem('key', tls.key) } }),
      },
    }),
  };
}

function readPem(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new RespiteError('TEMPORAL_UNREACHABLE', {
      message: `temporal.tls.${name} cannot be read (${asError(cause).message}). Correct its path or its mode.`,
      cause,
    });
  }
}

/** The innermost words: the outer ones only say that it failed. */
function reasonOf(thrown: unknown): string {
  let failure = asError(thrown);
  while (failure.cause instanceof Error) failure = failure.cause;
  return failure.message;
}
