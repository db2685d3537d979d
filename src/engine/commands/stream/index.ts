import { xadd, xtrim } from './add';
import { xdel, xlen, xrange, xrevrange } from './range';
import { xread } from './read';
import { xgroup } from './xgroup';
import { xinfo } from './xinfo';
import { xreadgroup } from './xreadgroup';

export const STREAM_COMMANDS = [xadd, xdel, xgroup, xinfo, xlen, xrange, xread, xreadgroup, xrevrange, xtrim];
