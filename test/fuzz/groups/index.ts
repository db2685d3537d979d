import type { CommandGroup } from '../command-group';
import { genericGroup, transactionGroup } from './generic';
import { hashGroup } from './hash';
import { stringGroup } from './string';

/** Everything the fuzzer draws from. */
export const ALL_GROUPS: readonly CommandGroup[] = [stringGroup, hashGroup, genericGroup, transactionGroup];
