export { tasksModule } from './module';
export { TaskConfigStore } from './task-config-store';
