import cluster from 'node:cluster';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../../container';
import { asError, RespiteError } from '../../errors';
import type { BackendHealth } from '../cache';
import { isBearer } from '../http';
import type { MetricsEndpoint } from './metrics-endpoint';
import type { MetricsRegistry } from './metrics-registry';

/** What the endpoint serves, and where. */
export interface EndpointOptions {
  readonly host: string;
  /** 0 = a free port. */
  readonly port: number;
  /** What scrapers must send as `Authorization: Bearer`; empty = nothing. */
  readonly token: string;
  /** `undefined` without prom-client: `/metrics` says so. */
  readonly registry: MetricsRegistry | undefined;
  readonly health: () => Promise<BackendHealth>;
  readonly logger: Logger;
}

/** Why there is no `/metrics`, and what to do. */
export const NO_PROM_CLIENT = '/metrics needs the package prom-client: npm install prom-client@15';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/**
 * Opens the endpoint.
 * @throws RespiteError `METRICS_ENDPOINT_FAILED` when the system refuses the address
 */
export async function openEndpoint(options: EndpointOptions): Promise<MetricsEndpoint & { close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void respond(request, response, options);
  });
  await listen(server, options);
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  const { host } = options;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function listen(server: Server, { host, port }: EndpointOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new RespiteError('METRICS_ENDPOINT_FAILED', {
          message: `Metrics cannot be served on ${host}:${port} (${cause.message}). ${advice()}`,
          cause,
        }),
      );
    });
    // Exclusive: workers of node:cluster would share the address, and each scrape would show another one's figures.
    server.listen({ host, port, exclusive: true }, resolve);
  });
}

function advice(): string {
  return cluster.isWorker
    ? 'Workers of node:cluster (or PM2 in cluster mode) cannot share an endpoint, each has figures of its own: set metrics.port to 0, or to a port for each worker.'
    : 'Set metrics.port to another port, or to 0 for a free one.';
}

async function respond(request: IncomingMessage, response: ServerResponse, options: EndpointOptions): Promise<void> {
  const { status, type, body } = await answer(request, options).catch((failure: unknown) => {
    // Not a reason to end the process: a metric of the host, or the health of a plugin's backend, may have failed.
    options.logger.error({ event: 'metrics_failed', err: failure }, `metrics: ${asError(failure).message}`);
    return text(500, 'what was asked for could not be collected');
  });
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...(status === 405 && ALLOW) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const ALLOW = { allow: 'GET, HEAD' };

async function answer(request: IncomingMessage, options: EndpointOptions): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'method not allowed');
  const authorized = options.token === '' || isBearer(request.headers.authorization, options.token);
  switch (request.url?.split('?')[0]) {
    case '/metrics':
      if (!authorized) return text(401, 'unauthorized');
      if (options.registry === undefined) return text(501, NO_PROM_CLIENT);
      return { status: 200, type: options.registry.contentType, body: await options.registry.metrics() };
    case '/healthz':
      return text(200, 'ok'); // the process answers: that is all it says
    case '/readyz':
      return readiness(await options.health(), authorized);
    default:
      return text(404, 'not found: /metrics, /healthz, /readyz');
  }
}

/** Who may not see the metrics learns whether it serves, not why not. */
function readiness(health: BackendHealth, detailed: boolean): Answer {
  const { status } = health;
  const body = JSON.stringify(detailed ? health : { status });
  return { status: status === 'down' ? 503 : 200, type: 'application/json; charset=utf-8', body: `${body}\n` };
}

function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n` };
}
