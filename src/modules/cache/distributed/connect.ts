import type { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { printDuration } from '../../../config';
import { asError } from '../../../errors';
import { clusterOf } from '../cluster-client';
import { createClient } from './create-client';
import { OtherKindError, refuseOtherKinds } from './kind-of-server';
import { type Finding, probe } from './probe';
import { entryPoints, printAddress, type Server } from './server';
import { CLUSTER_INCOMPLETE, type Failure, isRefusal, isSummary, startError } from './start-error';

/**
 * Makes a client, connects it once and makes sure that the server serves it; from then on it reconnects by itself.
 * @throws RespiteError `REDIS_UNREACHABLE`, `REDIS_TLS_FAILED`, `REDIS_AUTH_FAILED`, `REDIS_NOT_READY`, `REDIS_NOT_REDIS`, naming the
 * server and the reason
 */
export async function connect(server: Server, signal: AbortSignal): Promise<Redis> {
  let connected = false;
  const client = createClient(server, () => connected);
  const watch = watchStart(client, server.options.connectTimeout, signal);
  try {
    await Promise.race([use(client, server), watch.interrupted]);
    // ioredis reports a failed AUTH or SELECT as an event and carries on. Other errors: a node others stand in for.
    const refusal = watch.failures.find(isRefusal);
    if (refusal !== undefined) throw refusal.error;
    connected = true;
    // Only this client was to be waited for: its duplicates connect by themselves, as those of any client do.
    client.options.lazyConnect = false;
    return client;
  } catch (error) {
    client.disconnect();
    const failures = signal.aborted ? watch.failures : await withReasons(watch.failures, server);
    const found = signal.aborted ? undefined : await lookAgain(failures, asError(error), server);
    throw startError(server.target, failures, asError(error), found);
  } finally {
    watch.stop();
  }
}

async function use(client: Redis, { target }: Server): Promise<void> {
  await client.connect();
  await client.ping();
  if (target.kind === 'server' && clusterOf(client) === undefined) await refuseOtherKinds(client);
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

/** What really answers there, unless the reason is known already. */
async function lookAgain(failures: readonly Failure[], rejection: Error, server: Server): Promise<Finding | undefined> {
  const errors = failures.length === 0 ? [rejection] : failures.map(({ error }) => error);
  if (errors.some(isPlain)) return undefined;
  const { target, options } = server;
  const singles = target.kind === 'server' ? [{ target, options }] : entryPoints(server);
  const found = await Promise.all(singles.map(probe));
  return found.find((finding) => finding !== undefined);
}

/** Whether an error needs no further look: an answer of Redis, or the reason why there is no connection at all. */
function isPlain(error: Error): boolean {
  if (error.name === 'ReplyError' || error instanceof OtherKindError) return true;
  return 'code' in error && /^(ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|ENOENT)/.test(String(error.code));
}

const saysNothing = ({ message }: Error): boolean => /Connection is closed\.?$/.test(message) || isSummary(message);
