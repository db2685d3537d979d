import { CommandCatalogue, type CommandPart } from '../command/catalogue';
import { findKeys } from '../command/key-positions';
import type { CommandFlag } from '../command/definition';

const words = (text: string) => text.split(' ');

/**
 * What is loaded together: mostly the folder of a group. Apart from it is what needs much code that the others do without,
 * and what everybody needs.
 */
export const COMMAND_PARTS: readonly CommandPart[] = [
  {
    names: words(
      'append decr decrby get getdel getex getrange getset incr incrby incrbyfloat lcs mget mset msetnx psetex set setex setnx setrange strlen substr',
    ),
    load: () => (require('./string') as typeof import('./string')).STRING_COMMANDS,
  },
  {
    names: words('bitcount bitfield bitfield_ro bitop bitpos getbit setbit'),
    load: () => (require('./bitmap') as typeof import('./bitmap')).BITMAP_COMMANDS,
  },
  {
    names: words('pfadd pfcount pfdebug pfmerge pfselftest'),
    load: () => (require('./hyperloglog') as typeof import('./hyperloglog')).HYPERLOGLOG_COMMANDS,
  },
  {
    names: words(
      'hdel hexists hexpire hexpireat hexpiretime hget hgetall hgetdel hgetex hincrby hincrbyfloat hkeys hlen hmget hmset hpersist hpexpire hpexpireat hpexpiretime hpttl hrandfield hscan hset hsetex hsetnx hstrlen httl hvals',
    ),
    load: () => (require('./hash') as typeof import('./hash')).HASH_COMMANDS,
  },
  {
    names: words(
      'blmove blmpop blpop brpop brpoplpush lindex linsert llen lmove lmpop lpop lpos lpush lpushx lrange lrem lset ltrim rpop rpoplpush rpush rpushx',
    ),
    load: () => (require('./list') as typeof import('./list')).LIST_COMMANDS,
  },
  {
    names: words(
      'sadd scard sdiff sdiffstore sinter sintercard sinterstore sismember smembers smismember smove spop srandmember srem sscan sunion sunionstore',
    ),
    load: () => (require('./set') as typeof import('./set')).SET_COMMANDS,
  },
  {
    names: words(
      'bzmpop bzpopmax bzpopmin zadd zcard zcount zdiff zdiffstore zincrby zinter zintercard zinterstore zlexcount zmpop zmscore zpopmax zpopmin zrandmember zrange zrangebylex zrangebyscore zrangestore zrank zrem zremrangebylex zremrangebyrank zremrangebyscore zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion zunionstore',
    ),
    load: () => (require('./sorted-set') as typeof import('./sorted-set')).SORTED_SET_COMMANDS,
  },
  {
    names: words(
      'geoadd geodist geohash geopos georadius georadius_ro georadiusbymember georadiusbymember_ro geosearch geosearchstore',
    ),
    load: () => (require('./geo') as typeof import('./geo')).GEO_COMMANDS,
  },
  {
    names: words(
      'xack xadd xautoclaim xclaim xdel xgroup xinfo xlen xpending xrange xread xreadgroup xrevrange xsetid xtrim',
    ),
    load: () => (require('./stream') as typeof import('./stream')).STREAM_COMMANDS,
  },
  {
    names: words(
      'copy del exists expire expireat expiretime keys move object persist pexpire pexpireat pexpiretime pttl randomkey rename renamenx scan touch ttl type unlink wait waitaof',
    ),
    load: () => (require('./generic') as typeof import('./generic')).GENERIC_COMMANDS,
  },
  {
    names: words('multi discard exec watch unwatch'),
    load: () => (require('./transactions') as typeof import('./transactions')).TRANSACTION_COMMANDS,
  },
  {
    names: words('eval eval_ro evalsha evalsha_ro script fcall fcall_ro'),
    load: () => (require('./scripting') as typeof import('./scripting')).SCRIPTING_COMMANDS,
  },
  {
    names: words('subscribe psubscribe ssubscribe unsubscribe punsubscribe sunsubscribe publish spublish pubsub'),
    load: () => (require('./pubsub') as typeof import('./pubsub')).PUBSUB_COMMANDS,
  },
  {
    names: words('cluster asking readonly readwrite'),
    load: () => (require('./cluster') as typeof import('./cluster')).CLUSTER_COMMANDS,
  },
  {
    names: words('auth client echo hello ping quit reset select'),
    load: () => (require('./connection') as typeof import('./connection')).CONNECTION_COMMANDS,
  },
  {
    names: words(
      'acl bgrewriteaof bgsave command config dbsize failover flushall flushdb lastsave latency lolwut memory module monitor psync replconf replicaof role save shutdown slaveof slowlog swapdb sync time',
    ),
    load: () => (require('./server') as typeof import('./server')).SERVER_COMMANDS,
  },
  {
    names: words('dump restore restore-asking migrate'),
    load: () => (require('./generic/payloads') as typeof import('./generic/payloads')).PAYLOAD_COMMANDS,
  },
  {
    names: words('sort sort_ro'),
    load: () => (require('./generic/sort') as typeof import('./generic/sort')).SORT_COMMANDS,
  },
  {
    names: ['function'],
    load: () => [(require('./scripting/function') as typeof import('./scripting/function')).functionContainer],
  },
  {
    names: ['debug'],
    load: () => [(require('./server/debug') as typeof import('./server/debug')).debug],
  },
  // Every client of ioredis asks for it once.
  {
    names: ['info'],
    load: () => [(require('./server/info') as typeof import('./server/info')).info],
  },
];

/** Every command the engine knows. */
export const COMMANDS = new CommandCatalogue(COMMAND_PARTS);

/** Whether a command or container changes the connection or may wait: not everybody may bypass its bytes. */
export function needsConnection(name: string): boolean {
  return COMMANDS.find(name.toLowerCase())?.needsConnection === true;
}

/** Whether a command or container concerns nothing but the connection: what it answers tells of no data. */
export function concernsConnectionOnly(name: string): boolean {
  const group = COMMANDS.find(name)?.group;
  return group === 'connection' || (group === 'transactions' && name !== 'exec');
}

/** Whether a command is of a kind. @param name in lower case; of containers and unknown commands nothing is known */
export function commandHasFlag(name: string, flag: CommandFlag): boolean {
  const command = COMMANDS.find(name);
  return command !== undefined && !('subcommands' in command) && command.flags.includes(flag);
}

/** The keys of a command line. @param name in lower case; lines of unknown commands have none */
export function keysOfLine(name: string, args: readonly string[]): readonly string[] {
  const found = COMMANDS.find(name);
  if (found === undefined) return [];
  const [subcommand = ''] = args;
  const command =
    'subcommands' in found ? found.subcommands.find((each) => each.name === subcommand.toLowerCase()) : found;
  return command === undefined ? [] : (findKeys(command, args) ?? []).map(({ position }) => args[position - 1] ?? '');
}
