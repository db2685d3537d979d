export { Engine, type EngineOptions } from './engine';
export type { Clock } from './clock';
export type { EvictionPolicy } from './keyspace/memory';
export type { DatasetLayout, SaveHooks, SnapshotCut, SnapshotSource } from './snapshot-source';
export { NoReply } from './execution/block';
export * from './protocol/reply';
export { encodeReply } from './protocol/encode-reply';
export type { ClientAddress, Session, SessionOutput } from './session/session';
export { RespConnection, type Transport } from './session/resp-connection';
