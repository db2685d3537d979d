import cluster from 'node:cluster';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asError, RespiteError } from '../../../errors';
import { CommandRunner } from '../command-runner';
import { Admission } from './admission';
import { respond } from './respond';
import type { RestOptions } from './rest-options';
import { Unsent } from './unsent';

/** Redis over HTTP, being served. */
export interface ServedRest {
  readonly url: string;
  close(): Promise<void>;
}

/** Longer than clients keep an idle connection, in milliseconds: one that is closed while they use it costs a request. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Serves the commands of a backend over HTTP, as clients of Upstash's REST API speak.
 * @throws RespiteError `REST_LISTEN_FAILED`
 */
export async function serve(options: RestOptions): Promise<ServedRest> {
  const ending = new AbortController();
  let answers = 0;
  const shared = {
    ...options,
    runner: new CommandRunner(options.backend),
    admission: new Admission(),
    unsent: new Unsent(),
    syncToken: () => String((answers += 1)),
  };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    respond(request, response, shared, ending.signal).catch((failure: unknown) => {
      options.logger.error({ event: 'rest_failed', err: failure }, `rest: ${asError(failure).message}`);
      response.destroy();
    });
  });
  await listen(server, options);
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  const { host } = options;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      ending.abort();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, { host, port }: RestOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const advice = cluster.isWorker
        ? 'Workers of node:cluster (or PM2 in cluster mode) cannot share it: set redis.rest.port to 0, or to a port for each.'
        : 'Set redis.rest.port to another port, or to 0 for a free one.';
      reject(
        new RespiteError('REST_LISTEN_FAILED', {
          message: `Redis cannot be served over HTTP on ${host}:${String(port)} (${cause.message}). ${advice}`,
          cause,
        }),
      );
    });
    // Exclusive: workers of node:cluster would share the address, and answer from data of their own.
    server.listen({ host, port, exclusive: true }, resolve);
  });
}
