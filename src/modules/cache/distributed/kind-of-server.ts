import type { Redis } from 'ioredis';
import { asError } from '../../../errors';

/** A server of another kind than `redis.addr` and `redis.url` mean. */
export class OtherKindError extends Error {
  override readonly name = 'OtherKindError';
}

/** What a start says of a sentinel, and of a node that has part of the slots. */
export const IS_SENTINEL = 'it is a sentinel, which keeps no data';
export const IS_CLUSTER_NODE = 'it is a node of a Redis Cluster that does not serve every slot alone';

/**
 * Makes sure that one server alone serves everything: a sentinel and a node of a cluster answer PING as well, and fail
 * later. What a server does not tell (a user may be denied INFO) is not held against it.
 * @throws OtherKindError
 */
export async function refuseOtherKinds(client: Redis): Promise<void> {
  const server = await answerOf(client.info('server'));
  // Valkey has another name for it.
  const mode = /^(?:redis|server)_mode:(\w+)\r?$/m.exec(server)?.[1];
  if (mode === 'sentinel') throw new OtherKindError(IS_SENTINEL);
  if (mode !== 'cluster') return;
  const cluster = await answerOf(client.cluster('INFO'));
  const alone = /^cluster_size:1\r?$/m.test(cluster) && /^cluster_state:ok\r?$/m.test(cluster);
  if (cluster !== '' && !alone) throw new OtherKindError(IS_CLUSTER_NODE);
}

async function answerOf(reply: Promise<unknown>): Promise<string> {
  try {
    return String(await reply);
  } catch (error) {
    if (asError(error).name === 'ReplyError') return '';
    throw error;
  }
}
