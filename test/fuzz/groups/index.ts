import fc from 'fast-check';
import type { CommandGroup } from '../command-group';
import { bitmapGroup } from './bitmap';
import { functionGroup } from './function';
import { genericGroup, transactionGroup } from './generic';
import { geoGroup } from './geo';
import { hashGroup, timedHashGroup } from './hash';
import { listGroup } from './list';
import { scriptingGroup } from './scripting';
import { setGroup } from './set';
import { sortedSetGroup } from './sorted-set';
import { streamGroup } from './stream';
import { stringGroup } from './string';

export const DATA_GROUPS: readonly CommandGroup[] = [
  bitmapGroup,
  genericGroup,
  geoGroup,
  hashGroup,
  listGroup,
  setGroup,
  sortedSetGroup,
  streamGroup,
  stringGroup,
  transactionGroup,
];

/** What scripts and functions run. */
const scripted = fc.oneof(...DATA_GROUPS.flatMap(({ commands }) => Object.values(commands)));

/** Everything the fuzzer draws from. */
export const ALL_GROUPS: readonly CommandGroup[] = [...DATA_GROUPS, functionGroup(scripted), scriptingGroup(scripted)];

/** What is compared with 8.0.2. Functions are not: random ones and `FUNCTION FLUSH` bring that server down (freeClient, SIGSEGV). */
export const GROUPS_8: readonly CommandGroup[] = [...DATA_GROUPS, timedHashGroup, scriptingGroup(scripted)];
