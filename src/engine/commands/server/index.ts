import { dbsize, flushall, flushdb, swapdb, time } from './databases';
import { command } from './command';
import { config } from './config';
import { info } from './info';

export const SERVER_COMMANDS = [command, config, dbsize, flushall, flushdb, info, swapdb, time];
