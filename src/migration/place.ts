import type { Redis } from 'ioredis';
import { systemClock } from '../container';
import type { CreateAppOptions } from '../create-app';
import type { CacheBackend } from '../modules/cache';
import type { LiveSource } from './live/live-source';

/** Where data is: a data directory, used by a process of this user or by nobody, a server, or what a backend reaches. */
export type Place =
  | ({
      /** Path of a data directory. */
      readonly dataDirectory: string;
    } & Pick<CreateAppOptions, 'config' | 'configFile' | 'env'>)
  | ({
      /**
       * `redis://[user:password@]host[:port]`, `redis-sentinel://host[:port],.../master` or `redis-cluster://host:port,...`; `rediss` for
       * TLS. Certificates, and a password that is not in it, are those of the settings. All databases: one is chosen by `db`.
       */
      readonly url: string;
    } & Pick<CreateAppOptions, 'config' | 'configFile' | 'env'>)
  | {
      /** A backend of this process; it stays open. */
      readonly backend: CacheBackend;
    };

/**
 * A place that others may write to, and that keeps what it is given by itself.
 * @param follow tells its data and what changes @param close ends what else was opened for it
 */
export function sharedPlace(
  name: string,
  client: Redis,
  follow: OpenPlace['follow'],
  close: () => Promise<void> = () => Promise.resolve(),
): OpenPlace {
  return {
    name,
    client,
    shared: true,
    follow,
    now: () => systemClock.now(),
    commit: () => Promise.resolve(),
    close: () => {
      // Of a connection that has ended already, ioredis would wait two seconds for the end, and so would the process.
      if (client.status !== 'end') client.disconnect();
      return close();
    },
  };
}

/** A place that was opened. */
export interface OpenPlace {
  /** What messages call it. */
  readonly name: string;
  /** A connection of its own. */
  readonly client: Redis;
  /** Whether others may write meanwhile. */
  readonly shared: boolean;
  /** Tells its data, and what changes from then on; undefined where that cannot be. */
  readonly follow?: (() => Promise<LiveSource>) | undefined;
  /** Milliseconds since the epoch, by the clock of the place. */
  now(): number;
  /** Keeps what was written. */
  commit(): Promise<void>;
  /** What was written and not committed is given up, where nobody else uses the place. */
  close(): Promise<void>;
}
