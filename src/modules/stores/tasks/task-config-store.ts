import { createToken } from '../../../container';

/**
 * Configurations of tasks, and metadata about them, by the id of the execution. Both are any value that can be written
 * as JSON; both are kept for `retention.tasks` (default 24 h) after the task was last written or read.
 *
 * Every method throws `INPUT_INVALID` for arguments it cannot use, `STORED_DATA_INVALID` where another program wrote
 * something else, and `STORE_FAILED` when Redis refuses or cannot be reached.
 *
 * As a value, `TaskConfigStore` is the token: `app.get(TaskConfigStore)`, with `createApp({ modules: [tasksModule] })`.
 */
export interface TaskConfigStore {
  /** @throws RespiteError `VALUE_NOT_JSON`, `VALUE_TOO_LARGE` */
  save(id: string, config: unknown): Promise<void>;
  /** The configuration, or `undefined`. Reading keeps the task for longer. */
  get(id: string): Promise<unknown>;
  /** Removes the configuration; false when there was none. */
  delete(id: string): Promise<boolean>;
  /** @throws RespiteError `VALUE_NOT_JSON`, `VALUE_TOO_LARGE` */
  saveMetadata(id: string, metadata: unknown): Promise<void>;
  /** The metadata, or `undefined`. Reading keeps the task for longer. */
  getMetadata(id: string): Promise<unknown>;
  /** Removes the metadata; false when there was none. */
  deleteMetadata(id: string): Promise<boolean>;
  /** The ids of all tasks that have a configuration, sorted. Walks through all keys of the database: not for hot paths. */
  keys(): Promise<string[]>;
  /** Milliseconds a configuration has left: `Infinity` without a limit, `undefined` when there is none. */
  ttl(id: string): Promise<number | undefined>;
  /** Keeps a task for `ttl` more milliseconds at least; false when there is none. */
  extend(id: string, ttl: number): Promise<boolean>;
}

export const TaskConfigStore = createToken<TaskConfigStore>('TaskConfigStore');
