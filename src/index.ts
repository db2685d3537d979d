export {
  ConfigError,
  type Config,
  type ConfigInput,
  type ConfigProblem,
  formats,
  type Mode,
  setting,
  type SettingsSchema,
} from './config';
export {
  type App,
  type AppModule,
  type Binder,
  Clock,
  ConfigToken,
  createMultiToken,
  createToken,
  type InitContext,
  type Logger,
  LoggerToken,
  type Metric,
  type ModuleHealth,
  type ModuleShutdown,
  type MultiToken,
  override,
  type Override,
  type Report,
  type Reports,
  ReportsToken,
  type Sample,
  type ShutdownContext,
  ShutdownError,
  type ShutdownReport,
  silentLogger,
  StartupError,
  type Token,
} from './container';
export { createApp, type CreateAppOptions } from './create-app';
export { type ErrorCode, errorCodes, RespiteError } from './errors';
export {
  type BackendCapability,
  type BackendContext,
  type BackendHealth,
  BackendProvider,
  type BackendTopology,
  type Change,
  type ChangeSet,
  type ChangesOptions,
  CacheBackend,
  type ConnectionOptions,
  type ConnectionPurpose,
  type NodeRedisOptions,
  type NodeRedisSocket,
  type NodeRedisTcp,
  type NodeRedisTls,
  PROVIDER_API_VERSION,
  type ProvidedBackend,
} from './modules/cache';
export { type AcquireOptions, type Lock, LockManager, locksModule, type LockStats } from './modules/stores/locks';
export {
  type AppendOptions,
  type ConversationSize,
  memoryModule,
  MemoryStore,
  type MessagePage,
} from './modules/stores/memory';
export {
  type ResourceEvent,
  type ResourceKey,
  type ResourcePage,
  resourcesModule,
  ResourceStore,
  type ResourceWatch,
  type StoredResource,
  type WatchOptions,
} from './modules/stores/resources';
export { MetricsEndpoint, MetricsRegistry } from './modules/metrics';
export { RestEndpoint } from './modules/rest';
export {
  type BackupResult,
  SnapshotManager,
  type SnapshotOptions,
  type SnapshotResult,
  type SnapshotStatus,
} from './modules/snapshot';
export {
  type BusEvent,
  EventBus,
  type EventBusStats,
  type EventSubscription,
  type Happening,
  type PublishOptions,
  streamingModule,
  type SubscribeOptions,
  type TextChunk,
  type TextStreamOptions,
  type TextStreamPublisher,
  type Topics,
  type WorkflowHappening,
} from './modules/stores/streaming';
export { TaskConfigStore, tasksModule } from './modules/stores/tasks';
export { type BeginOutcome, IdempotencyStore, webhooksModule } from './modules/stores/webhooks';
