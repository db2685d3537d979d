export { type BackendContext, BackendProvider, PROVIDER_API_VERSION } from './backend-provider';
export { type BackendHealth, CacheBackend, type ConnectionPurpose } from './cache-backend';
export { type EmbeddedBackend, isEmbedded, SnapshotSourceToken } from './embedded-backend';
export { cacheModule, quiesceModule } from './module';
