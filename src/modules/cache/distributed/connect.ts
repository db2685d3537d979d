import type { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { printDuration } from '../../../config';
import { asError } from '../../../errors';
import { clusterOf } from '../cluster-client';
import { createClient } from './create-client';
import { entryPoints, printAddress, type Server } from './server';
import { CLUSTER_INCOMPLETE, type Failure, isRefusal, isSummary, startError } from './start-error';

/**
 * Makes a client, connects it once and makes sure that the server serves it; from then on it reconnects by itself.
 * @throws RespiteError `REDIS_UNREACHABLE`, `REDIS_TLS_FAILED`, `REDIS_AUTH_FAILED`, `REDIS_NOT_READY`, naming the
 * server and the reason
 */
export async function connect(server: Server, signal: AbortSignal): Promise<Redis> {
  let connected = false;
  const client = createClient(server, () => connected);
  const watch = watchStart(client, server.options.connectTimeout, signal);
  try {
    await Promise.race([use(client), watch.interrupted]);
    // ioredis reports a failed AUTH or SELECT as an event and carries on. Other errors: a node others stand in for.
    const refusal = watch.failures.find(isRefusal);
    if (refusal !== undefined) throw refusal.error;
    connected = true;
    return client;
  } catch (error) {
    client.disconnect();
    const failures = signal.aborted ? watch.failures : await withReasons(watch.failures, server);
    throw startError(server.target, failures, asError(error));
  } finally {
    watch.stop();
  }
}

async function use(client: Redis): Promise<void> {
  await client.connect();
  await client.ping();
}

/** A start under way. */
interface StartWatch {
  /** The reasons ioredis gave so far. */
  readonly failures: readonly Failure[];
  /** Rejects when time is up, the start is given up, or ioredis gives up. */
  readonly interrupted: Promise<never>;
  stop(): void;
}

function watchStart(client: Redis, limitMs: number, signal: AbortSignal): StartWatch {
  const failures: Failure[] = [];
  const events = clusterOf(client) ? ['node error', 'error'] : ['sentinelError', 'error'];
  const remember = (error: unknown, node?: unknown): void => {
    failures.push({ error: asError(error), node: typeof node === 'string' ? node : undefined });
  };
  const emitter: EventEmitter = client;
  for (const event of events) emitter.on(event, remember);
  const { promise: interrupted, reject } = rejectable();
  const onAbort = (): void => {
    reject(asError(signal.reason));
  };
  // A Cluster that does not serve every slot is left by ioredis without an error.
  const onEnd = (): void => {
    reject(new Error(clusterOf(client) ? CLUSTER_INCOMPLETE : 'the connection was closed'));
  };
  const timer = setTimeout(() => {
    reject(new Error(`no answer within ${String(printDuration(limitMs))}`));
  }, limitMs);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  emitter.once('end', onEnd);
  return {
    failures,
    interrupted,
    stop: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      emitter.off('end', onEnd);
      for (const event of events) emitter.off(event, remember);
    },
  };
}

function rejectable(): { readonly promise: Promise<never>; readonly reject: (reason: Error) => void } {
  let reject = (_: Error): void => undefined;
  const promise = new Promise<never>((_, settle) => {
    reject = settle;
  });
  return { promise, reject };
}

/**
 * Of a node or sentinel it cannot connect to ioredis only says that the connection is closed, and keeps the reason to
 * itself. So ask each once as a single server.
 */
async function withReasons(failures: readonly Failure[], server: Server): Promise<readonly Failure[]> {
  if (!failures.every(({ error }) => saysNothing(error))) return failures;
  const asked = await Promise.all(
    entryPoints(server).map(async (single): Promise<Failure[]> => {
      const client = createClient(single, () => false);
      const errors: Error[] = [];
      client.on('error', (error: Error) => errors.push(error));
      await client.connect().catch((error: unknown) => errors.push(asError(error)));
      client.disconnect();
      return errors.slice(0, 1).map((error) => ({ error, node: printAddress(single.target.address) }));
    }),
  );
  const reasons = asked.flat();
  return reasons.length === 0 ? failures : reasons;
}

const saysNothing = ({ message }: Error): boolean => /Connection is closed\.?$/.test(message) || isSummary(message);
