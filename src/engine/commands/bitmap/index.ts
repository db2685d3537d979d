import { getbit, setbit } from './bit';
import { bitfield, bitfieldRo } from './bitfield';
import { bitop } from './bitop';
import { bitcount, bitpos } from './search';

export const BITMAP_COMMANDS = [bitcount, bitfield, bitfieldRo, bitop, bitpos, getbit, setbit];
