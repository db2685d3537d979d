import { dump, restore, restoreAsking } from './dump';
import { migrate } from './migrate';

/** The commands that carry values elsewhere. */
export const PAYLOAD_COMMANDS = [dump, restore, restoreAsking, migrate];
