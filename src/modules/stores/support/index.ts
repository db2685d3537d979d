/** What the stores share: checks of input, JSON, keys, scripts, errors. */
export { BoundedBuffer } from './bounded-buffer';
export { checkDuration, checkInteger, checkName, invalid } from './check';
export { foreignData, fromJson, refuseLarge, stringify, toJson } from './json';
export { isMilestone } from './milestone';
export { perform, replies } from './perform';
export { requireCapabilities } from './require-capabilities';
export { scanNames } from './scan-names';
export { Script } from './script';
export { SharedSubscriber, type Topic } from './shared-subscriber';
export { escapeName, slotKey, unescapeName } from './slot-keys';
export { storeReport } from './store-report';
export { timeLeft } from './time-left';
export { unlessAborted } from './unless-aborted';
