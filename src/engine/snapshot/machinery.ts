/** What only those need who take a snapshot or restore one: much code, for engines that keep their data. */
export { Cut } from './cut';
export { SnapshotLoad } from './load';
export { BigValues } from './segments/big-values';
export { Replay } from './replay';
