import { dbsize, flushall, flushdb, swapdb, time } from './databases';
import { command } from './command';
import { config } from './config';
import { info } from './info';
import { latency } from './latency';
import { monitor } from './monitor';
import { slowlog } from './slowlog';

export const SERVER_COMMANDS = [command, config, dbsize, flushall, flushdb, info, latency, monitor, slowlog, swapdb, time];
