import { type AppModule, ConfigToken } from '../../../container';
import { requireCapabilities } from '../support';
import { CacheBackend } from '../../cache';
import { TaskConfigStore } from './task-config-store';

/** Provides `TaskConfigStore`. */
export const tasksModule: AppModule = {
  name: 'tasks',
  provides: [TaskConfigStore],
  requires: [CacheBackend, ConfigToken],
  onInit({ get }) {
    requireCapabilities('tasks', get(CacheBackend), 'scripts');
  },
  bind(binder) {
    binder.bind(TaskConfigStore, [CacheBackend, ConfigToken], (backend, { retention }) => {
      const { RedisTaskConfigStore } =
        require('./redis-task-config-store') as typeof import('./redis-task-config-store');
      return new RedisTaskConfigStore(backend, retention.tasks);
    });
  },
};
