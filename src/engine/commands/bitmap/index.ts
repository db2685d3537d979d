import { getbit, setbit } from './bit';
import { bitfield, bitfieldRo } from './bitfield';
import { bitop } from './bitop';
import { bitcount, bitpos } from './search';

/** The commands of bitmaps. */
export const BITMAP_COMMANDS = [bitcount, bitfield, bitfieldRo, bitop, bitpos, getbit, setbit];
