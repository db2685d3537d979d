export { Engine, type EngineOptions, type SaveHooks } from './engine';
export { systemClock, type Clock } from './clock';
export type { EvictionPolicy } from './keyspace/memory';
export type { DatasetLayout, SnapshotCut, SnapshotSource } from './snapshot-source';
export { NO_REPLY, NoReply } from './execution/block';
export * from './protocol/reply';
export { encodeReply } from './protocol/encode-reply';
export { ProtocolError, RequestParser, type Request } from './protocol/request-parser';
export type { ClientAddress, Session, SessionOutput } from './session/session';
