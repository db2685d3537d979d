export {
  type BackendStatistics,
  DURATION_BOUNDS,
  type EngineStatistics,
  isMeasured,
  type OperationStatistics,
} from './backend-statistics';
export { type BackendContext, BackendProvider, PROVIDER_API_VERSION } from './backend-provider';
export {
  type BackendCapability,
  type BackendHealth,
  type BackendTopology,
  CacheBackend,
  type ConnectionOptions,
  type ConnectionPurpose,
  type ProvidedBackend,
} from './cache-backend';
export type { Change, ChangeSet, ChangesOptions } from './changes';
export { clusterOf } from './cluster-client';
export { type EmbeddedBackend, isEmbedded, type PrivateSocket, SnapshotSourceToken } from './embedded-backend';
export {
  answersInProcess,
  type EngineAnswer,
  type KeyToWrite,
  type KeyWalk,
  keyReaderOf,
  keyWriterOf,
  type OwnReply,
  replyInProcess,
  type ReplyVisitor,
  transactionInProcess,
} from './engine-ways';
export { listenPrivately } from './listen-privately';
export type { NodeRedisOptions, NodeRedisSocket, NodeRedisTcp, NodeRedisTls } from './node-redis-options';
export { cacheModule, quiesceModule } from './module';
export { isPlainlyConnected } from './plain-connection';
