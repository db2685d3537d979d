import type { Redis } from 'ioredis';
import { RespiteError } from '../../errors';
import { Backlog, FileSource, type MovedItem, ReplicaLink, sourceOf } from '../../modules/migration';
import { followProcess } from '../../modules/snapshot/feed/follow-process';
import { handleOf } from '../../redis-engine';

/** A place whose data is followed while it changes. */
export interface LiveSource {
  /** What changed since the data was as `batches` hands it out. */
  readonly backlog: Backlog;
  /** The count of `backlog` before the first change. */
  readonly start: number;
  /** Keys there were, where that is known. */
  readonly keys: number | undefined;
  /** All of the data; to be read once. */
  batches(signal: AbortSignal | undefined): AsyncIterable<readonly MovedItem[]>;
  /** The data was read. */
  copied(): void;
  /** How far the source is, by the count of `backlog`. */
  position(): Promise<number>;
  /** How far the target is. */
  applied(position: number): void;
  /** Nothing is expected any more, but that the source ends. */
  drained(): void;
  close(): void;
}

/** Follows a process of this user by its control socket. */
export async function processSource(control: string): Promise<LiveSource> {
  const backlog = new Backlog();
  const followed = await followProcess(control, {
    changed: (bytes) => {
      backlog.push(bytes);
    },
    ended: (error) => {
      backlog.end(error);
    },
  });
  const client = handleOf(followed.image).connect();
  return {
    backlog,
    start: 0,
    keys: followed.keys,
    batches: (signal) => sourceOf(client, { changes: false }).batches(signal),
    copied: () => {
      client.disconnect();
      followed.forgetImage();
    },
    position: () => followed.position(),
    applied: () => undefined,
    drained: () => undefined,
    close: () => {
      client.disconnect();
      followed.close();
      backlog.end();
    },
  };
}

/** Follows a Redis as its replica does. @param client one of it */
export async function redisSource(client: Redis, name: string): Promise<LiveSource> {
  if (client.isCluster) {
    throw new RespiteError('MIGRATION_OPTIONS_INVALID', {
      message: `${name} is a Redis Cluster, which is not followed: leave out --live, and stop who writes.`,
    });
  }
  const link = await ReplicaLink.open(client, name);
  const file = { format: 'rdb', bytes: () => link.data(), close: () => Promise.resolve() } as const;
  return {
    backlog: link.backlog,
    start: link.applied,
    keys: undefined,
    batches: (signal) => new FileSource(file, name, false).batches(signal),
    copied: () => undefined,
    position: async () => Number(/^master_repl_offset:(\d+)/m.exec(await client.info('replication'))?.[1] ?? 0),
    applied: (position) => {
      link.applied = position;
    },
    drained: () => {
      link.isLast = true;
    },
    close: () => {
      link.close();
    },
  };
}
