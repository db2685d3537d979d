import { Redis } from 'ioredis';
import { type RedisServer, startRedisServer } from './redis-server';
import { until } from './until';

/** A master and a replica of our own, watched by three sentinels; `stop` ends them all and waits until they are gone. */
export interface SentinelTrio {
  /** What the sentinels call the master. */
  readonly name: string;
  /** The master at the beginning. */
  readonly master: RedisServer;
  /** The replica at the beginning. */
  readonly replica: RedisServer;
  readonly sentinels: readonly RedisServer[];
  /** `host:port` of each sentinel. */
  readonly addresses: readonly string[];
  /** Makes the replica the master, as an operator would. Resolves when a sentinel has begun. */
  failover(): Promise<void>;
  /** How many connections wait to hear from a sentinel about failovers. */
  subscribers(): Promise<number>;
  stop(): Promise<void>;
}

export interface SentinelTrioOptions {
  /** What the sentinels ask of their clients, and of each other. */
  readonly sentinelPassword?: string;
}

const NAME = 'main';
/** After this long without a sign of life a sentinel takes the master for down, in milliseconds. */
const DOWN_AFTER_MS = 500;

/** Starts everything and waits until every sentinel knows the replica and the other sentinels. */
export async function startSentinelTrio({ sentinelPassword }: SentinelTrioOptions = {}): Promise<SentinelTrio> {
  const processes: RedisServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((server) => server.stop()));
  };
  const start = async (...options: Parameters<typeof startRedisServer>): Promise<RedisServer> => {
    const server = await startRedisServer(...options);
    processes.push(server);
    return server;
  };
  const ask = (sentinel: RedisServer, ...args: string[]): Promise<unknown> =>
    askSentinel(sentinel, sentinelPassword, ['SENTINEL', ...args]);
  try {
    const master = await start();
    const replica = await start({ args: ['--replicaof', `${master.host} ${String(master.port)}`] });
    const sentinels: RedisServer[] = [];
    for (let i = 0; i < 3; i++) sentinels.push(await start({ sentinel: sentinelConfig(master, sentinelPassword) }));
    for (const sentinel of sentinels) {
      await until('a sentinel knows the replica and the others', async () =>
        isComplete(await ask(sentinel, 'MASTER', NAME)),
      );
    }
    return {
      name: NAME,
      master,
      replica,
      sentinels,
      addresses: sentinels.map(({ host, port }) => `${host}:${String(port)}`),
      failover: async () => {
        const [sentinel] = sentinels as [RedisServer]; // three were started
        // A replica counts as fit only after the sentinel has read its INFO, which it does every second at first.
        await until('a sentinel begins', async () => (await ask(sentinel, 'FAILOVER', NAME).catch(() => '')) === 'OK');
      },
      subscribers: async () => {
        const lists = sentinels.map((sentinel) => askSentinel(sentinel, sentinelPassword, ['CLIENT', 'LIST']));
        return (await Promise.all(lists)).join('').match(/ sub=1 /g)?.length ?? 0;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function sentinelConfig({ host, port }: RedisServer, password: string | undefined): string {
  return [
    `sentinel monitor ${NAME} ${host} ${String(port)} 2`,
    `sentinel down-after-milliseconds ${NAME} ${String(DOWN_AFTER_MS)}`,
    `sentinel failover-timeout ${NAME} 5000`,
    ...(password === undefined ? [] : [`requirepass ${password}`, `sentinel sentinel-pass ${password}`]),
    '',
  ].join('\n');
}

async function askSentinel(
  { host, port }: RedisServer,
  password: string | undefined,
  [command, ...args]: readonly [string, ...string[]],
): Promise<unknown> {
  const client = new Redis(port, host, password === undefined ? {} : { password });
  try {
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}

/** SENTINEL MASTER answers names and values in turn. */
function isComplete(reply: unknown): boolean {
  const words = reply as readonly string[]; // what SENTINEL MASTER answers
  const valueOf = (name: string): string | undefined => words[words.indexOf(name) + 1];
  return valueOf('num-slaves') === '1' && valueOf('num-other-sentinels') === '2';
}
