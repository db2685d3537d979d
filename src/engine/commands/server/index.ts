import { dbsize, flushall, flushdb, swapdb, time } from './databases';
import { config } from './config';
import { info } from './info';

export const SERVER_COMMANDS = [config, dbsize, flushall, flushdb, info, swapdb, time];
