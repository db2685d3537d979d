import { pfdebug, pfselftest } from './debug';
import { pfadd, pfcount, pfmerge } from './hyperloglog';

export const HYPERLOGLOG_COMMANDS = [pfadd, pfcount, pfdebug, pfmerge, pfselftest];
