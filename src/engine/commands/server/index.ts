import { dbsize, flushall, flushdb, swapdb, time } from './databases';
import { command } from './command';
import { config } from './config';
import { acl } from './acl';
import { lolwut } from './lolwut';
import { memory } from './memory';
import { moduleCommand } from './module';
import { bgrewriteaof, bgsave, lastsave, save, shutdown } from './persistence';
import { failover, psync, replconf, replicaof, role, slaveof, sync } from './replication';
import { latency } from './latency';
import { monitor } from './monitor';
import { slowlog } from './slowlog';

/** The commands of the server; INFO and DEBUG are apart. */
export const SERVER_COMMANDS = [
  acl,
  bgrewriteaof,
  bgsave,
  command,
  config,
  dbsize,
  failover,
  flushall,
  flushdb,
  lastsave,
  latency,
  lolwut,
  memory,
  moduleCommand,
  monitor,
  psync,
  replconf,
  replicaof,
  role,
  save,
  shutdown,
  slaveof,
  slowlog,
  swapdb,
  sync,
  time,
];
