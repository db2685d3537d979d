import { Redis } from 'ioredis';
import { freePort, type RedisServer, startRedisServer } from './redis-server';
import { until } from './until';

/** A real Redis Cluster of our own; `stop` ends every node and waits until they are gone. */
export interface RedisCluster {
  readonly masters: readonly RedisServer[];
  /** Of the first master; only when asked for. */
  readonly replica: RedisServer | undefined;
  /** `host:port` of each master. */
  readonly addresses: readonly string[];
  stop(): Promise<void>;
}

export interface RedisClusterOptions {
  /** Give the first master a replica that takes over when it is gone. */
  readonly withReplica?: boolean;
  /** Further arguments of every node. */
  readonly args?: readonly string[];
  /** How the tests themselves log in. */
  readonly password?: string;
}

const MASTERS = 3;
const SLOTS = 16_384;
/** After this long without a sign of life a node counts as failed, in milliseconds. */
const NODE_TIMEOUT_MS = 1000;

/** Starts three masters that share the slots, and waits until all of them say that the cluster serves. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const nodes: RedisServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    const count = MASTERS + (options.withReplica === true ? 1 : 0);
    const busPorts: number[] = [];
    for (let i = 0; i < count; i++) {
      const busPort = await freePort();
      busPorts.push(busPort);
      nodes.push(await startNode(busPort, options));
    }
    await form(nodes, busPorts, options.password);
    const masters = nodes.slice(0, MASTERS);
    return {
      masters,
      replica: nodes[MASTERS],
      addresses: masters.map(({ host, port }) => `${host}:${String(port)}`),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startNode(busPort: number, { args = [] }: RedisClusterOptions): Promise<RedisServer> {
  return startRedisServer({
    args: [...clusterNodeArgs(busPort), '--cluster-node-timeout', String(NODE_TIMEOUT_MS), ...args],
  });
}

/** Arguments that make a redis-server a node of a cluster, which it forms with nobody yet. */
export function clusterNodeArgs(busPort: number): string[] {
  return ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)];
}

async function form(nodes: readonly RedisServer[], busPorts: readonly number[], password = ''): Promise<void> {
  const clients = nodes.map(({ host, port }) => new Redis(port, host, password === '' ? {} : { password }));
  const [first, ...others] = clients;
  if (first === undefined) throw new Error('a cluster needs nodes');
  try {
    for (const [i, client] of clients.entries()) {
      // Without an epoch of their own the nodes would first have to settle who outranks whom.
      await client.cluster('SET-CONFIG-EPOCH', i + 1);
      if (i < MASTERS) await client.call('CLUSTER', 'ADDSLOTSRANGE', ...slotsOf(i));
    }
    for (const [i, client] of others.entries()) {
      const { host, port } = nodes[0] ?? { host: '', port: 0 };
      await client.call('CLUSTER', 'MEET', host, port, busPorts[0] ?? 0);
      await until(`node ${String(i + 1)} is known`, async () => (await knownNodes(first)) === i + 2);
    }
    for (const client of clients)
      await until('every node knows every other', async () => (await knownNodes(client)) === nodes.length);
    const replica = clients[MASTERS];
    if (replica !== undefined) await replicate(first, replica);
    for (const client of clients)
      await until('the cluster serves', async () => (await info(client)).includes('cluster_state:ok'));
  } finally {
    for (const client of clients) client.disconnect();
  }
}

function slotsOf(master: number): [first: number, last: number] {
  const first = Math.ceil((master * SLOTS) / MASTERS);
  return [first, Math.ceil(((master + 1) * SLOTS) / MASTERS) - 1];
}

async function replicate(master: Redis, replica: Redis): Promise<void> {
  await replica.call('CLUSTER', 'REPLICATE', String(await master.call('CLUSTER', 'MYID')));
  await until('the replica is in sync', async () =>
    (await replica.info('replication')).includes('master_link_status:up'),
  );
  await until('the cluster knows the replica', async () =>
    String(await master.call('CLUSTER', 'NODES')).includes(' slave '),
  );
}

const info = async (client: Redis): Promise<string> => String(await client.call('CLUSTER', 'INFO'));

const knownNodes = async (client: Redis): Promise<number> =>
  Number(/cluster_known_nodes:(\d+)/.exec(await info(client))?.[1]);
