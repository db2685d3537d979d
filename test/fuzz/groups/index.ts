import type { CommandGroup } from '../command-group';
import { bitmapGroup } from './bitmap';
import { genericGroup, transactionGroup } from './generic';
import { geoGroup } from './geo';
import { hashGroup } from './hash';
import { listGroup } from './list';
import { setGroup } from './set';
import { sortedSetGroup } from './sorted-set';
import { streamGroup } from './stream';
import { stringGroup } from './string';

/** Everything the fuzzer draws from. */
export const ALL_GROUPS: readonly CommandGroup[] = [
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
