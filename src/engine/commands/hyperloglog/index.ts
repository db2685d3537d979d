import { pfdebug, pfselftest } from './debug';
import { pfadd, pfcount, pfmerge } from './hyperloglog';

/** The commands of HyperLogLogs. */
export const HYPERLOGLOG_COMMANDS = [pfadd, pfcount, pfdebug, pfmerge, pfselftest];
