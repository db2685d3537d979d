import type { Clock } from '../clock';
import type { EffectListener } from '../effects/effect-log';
import type { ErrorReply, Reply } from '../protocol/reply';
import type { RedisVersion } from '../redis-version';
import type { Client } from '../session/client';
import type { Wanted } from './replica';

/**
 * Reads all of the data as of one moment.
 * @param atThatMoment called then, before anything else happens
 * @returns an RDB file, in pieces
 */
export type ImageReader = (wanted: Wanted, atThatMoment: () => void) => Promise<readonly Buffer[]>;

/** What replication works with. */
export interface ReplicationParts {
  readonly version: RedisVersion;
  readonly clock: Clock;
  readonly effects: { listen(listener: EffectListener): () => void };
  readonly identity: { replicationId: string };
  readonly parameters: { get(name: string): { get(): string } | undefined };
  readonly blocking: { unblock(client: Client, reply: Reply): void };
  readonly clients: {
    readonly limits: { readonly replicaBytes: number };
    readonly memory: { forget(client: Client): void; update(client: Client): void };
  };
  readonly counters: {
    fullSyncs: number;
    partialSyncs: number;
    refusedPartialSyncs: number;
    netOutputToReplicas: number;
  };
  /** Bytes of the end of the stream, and of what replicas have yet to be sent. */
  readonly memory: { backlogBytes: number; replicaBytes: number };
  internalError(command: string, failure: unknown): ErrorReply;
}
