import type { ChainableCommander, Redis } from 'ioredis';
import { answersInProcess, clusterOf } from '../../cache';

/** A command line. */
export type Line = readonly [name: string, ...args: (string | Buffer)[]];

/** Runs a pipeline. @returns the replies in order, errors among them. @throws when the connection is lost */
export async function allReplies(pipeline: ChainableCommander): Promise<unknown[]> {
  if (pipeline.length === 0) return [];
  const results = (await pipeline.exec()) ?? [];
  return results.map(([error, reply]) => (error === null ? reply : refusal(error)));
}

/**
 * Sends commands at once; to a Redis Cluster each on its own, as their keys are on several nodes.
 * @returns the replies in order, texts as bytes, errors among them. @throws when the connection is lost
 */
export async function answers(client: Redis, lines: readonly Line[]): Promise<unknown[]> {
  const direct = answersInProcess(client, lines);
  if (direct !== undefined) return (await direct).map((reply) => (reply instanceof Error ? refusal(reply) : reply));
  if (clusterOf(client) === undefined) {
    const pipeline = client.pipeline();
    for (const [name, ...args] of lines) pipeline.callBuffer(name, ...args);
    return allReplies(pipeline);
  }
  const replies = lines.map(([name, ...args]) => client.callBuffer(name, args));
  const settled = await Promise.allSettled(replies);
  return settled.map((result) => (result.status === 'fulfilled' ? result.value : refusal(result.reason)));
}

/** An error of the server, which is an answer. @throws all others: they mean that there is none */
export function refusal(error: unknown): Error {
  if (error instanceof Error && error.name === 'ReplyError') return error;
  throw error;
}

/** The clients of all that hold keys: the masters of a Redis Cluster, else the one there is. */
export function mastersOf(client: Redis): readonly Redis[] {
  return clusterOf(client)?.nodes('master') ?? [client];
}

/** A reply's bytes. */
export function bytesOf(reply: unknown): Buffer {
  return Buffer.isBuffer(reply) ? reply : Buffer.from(typeof reply === 'string' ? reply : '', 'latin1');
}
