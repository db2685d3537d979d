import { type AppModule, ConfigToken } from '../../container';
import { CacheBackend } from '../cache';
import { RedisTaskConfigStore } from './redis-task-config-store';
import { TaskConfigStore } from './task-config-store';

/** Provides `TaskConfigStore`. */
export const tasksModule: AppModule = {
  name: 'tasks',
  provides: [TaskConfigStore],
  requires: [CacheBackend, ConfigToken],
  bind(binder) {
    binder.bind(
      TaskConfigStore,
      [CacheBackend, ConfigToken],
      (backend, { retention }) => new RedisTaskConfigStore(backend, retention.tasks),
    );
  },
};
