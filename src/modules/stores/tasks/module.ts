import { type AppModule, ConfigToken, ReportsToken } from '../../../container';
import { requireCapabilities, storeReport } from '../support';
import { CacheBackend } from '../../cache';
import { TaskConfigStore } from './task-config-store';

/** Provides `TaskConfigStore`. */
export const tasksModule: AppModule = {
  name: 'tasks',
  provides: [TaskConfigStore],
  requires: [CacheBackend, ConfigToken, ReportsToken],
  onInit({ get, defer }) {
    requireCapabilities('tasks', get(CacheBackend), 'scripts');
    defer(get(ReportsToken).add(storeReport));
  },
  bind(binder) {
    binder.bind(TaskConfigStore, [CacheBackend, ConfigToken], (backend, { retention }) => {
      const { RedisTaskConfigStore } =
        require('./redis-task-config-store') as typeof import('./redis-task-config-store');
      return new RedisTaskConfigStore(backend, retention.tasks);
    });
  },
};
