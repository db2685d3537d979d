export { resourcesModule } from './module';
export {
  type ResourceEvent,
  type ResourceKey,
  type ResourcePage,
  ResourceStore,
  type ResourceWatch,
  type StoredResource,
  type WatchOptions,
} from './resource-store';
