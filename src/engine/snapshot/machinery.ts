/** What only those need who take a snapshot, restore one or have replicas: much code. */
export { Cut } from './cut';
export { SnapshotLoad } from './load';
export { readRdbImage } from './rdb-image';
export { BigValues } from './segments/big-values';
export { Replay } from './replay';
