import { xadd, xtrim } from './add';
import { xautoclaim, xclaim } from './claim';
import { xack, xpending } from './pending';
import { xdel, xlen, xrange, xrevrange } from './range';
import { xread } from './read';
import { xgroup } from './xgroup';
import { xinfo } from './xinfo';
import { xreadgroup } from './xreadgroup';
import { xsetid } from './xsetid';

/** The commands of streams. */
export const STREAM_COMMANDS = [
  xack,
  xadd,
  xautoclaim,
  xclaim,
  xdel,
  xgroup,
  xinfo,
  xlen,
  xpending,
  xrange,
  xread,
  xreadgroup,
  xrevrange,
  xsetid,
  xtrim,
];
