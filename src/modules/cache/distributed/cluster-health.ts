import type { Cluster, Redis } from 'ioredis';
import { withDeadline } from '../../../container/deadline';
import type { BackendHealth } from '../cache-backend';
import { down, ping } from '../ping';

/**
 * Asks every master for a sign of life, and one that answers whether the cluster as a whole serves; for at most
 * `limitMs` each. Never rejects.
 */
export async function checkCluster(client: Cluster, limitMs: number): Promise<BackendHealth> {
  const known = await Promise.all(client.nodes('master').map((node) => askMaster(node, addressOf(node), limitMs)));
  const witness = known.find(({ health }) => health.status === 'ok')?.node;
  if (witness === undefined) return down('no reply to PING from any master');

  const view = await viewOf(witness, limitMs);
  if (view === undefined) return down(`no reply to CLUSTER INFO from ${addressOf(witness)}`);
  if (!view.info.includes('cluster_state:ok')) return down('cluster_state is not ok: slots are without a master');

  const masters = [...known, ...(await askForgotten(witness, view.masters, known, limitMs))];
  const reasons = masters
    .filter(({ health }) => health.status !== 'ok')
    .map(({ address }) => `no reply to PING from ${address}`);
  if (!view.info.includes('cluster_slots_ok:16384')) reasons.push('slots are without a master');
  const latencyMs = Math.max(...masters.map(({ health }) => health.latencyMs ?? 0));
  return { status: reasons.length === 0 ? 'ok' : 'degraded', latencyMs, reasons };
}

interface Master {
  readonly node: Redis;
  /** `host:port`. */
  readonly address: string;
  readonly health: BackendHealth;
}

async function askMaster(node: Redis, address: string, limitMs: number): Promise<Master> {
  return { node, address, health: await ping(node, limitMs) };
}

const addressOf = ({ options: { host = '', port = 0 } }: Redis): string => `${host}:${String(port)}`;

/** A cluster as one of its nodes sees it: the text of CLUSTER INFO, and the addresses of the masters that own slots. */
interface View {
  readonly info: string;
  readonly masters: readonly Address[];
}

interface Address {
  readonly host: string;
  readonly port: number;
}

async function viewOf(node: Redis, limitMs: number): Promise<View | undefined> {
  let view: View | undefined;
  await withDeadline(limitMs, async () => {
    const [info, slots] = await Promise.all([node.cluster('INFO'), node.cluster('SLOTS')]);
    view = { info, masters: mastersIn(slots) };
  });
  return view;
}

/** An entry of CLUSTER SLOTS: the master first, its host empty or null when the node does not know how clients reach it. */
type SlotRange = readonly [first: number, last: number, ...nodes: [host: string | null, port: number, ...unknown[]][]];

function mastersIn(ranges: readonly SlotRange[]): Address[] {
  return ranges.flatMap(([, , master]) => {
    const [host, port] = master ?? [null, 0];
    return host === null || host === '' ? [] : [{ host, port }];
  });
}

/**
 * ioredis forgets a master whose connection ended until a command is sent there again; its being well or not has then to
 * be asked over another connection.
 */
async function askForgotten(
  witness: Redis,
  masters: readonly Address[],
  known: readonly Master[],
  limitMs: number,
): Promise<Master[]> {
  const addresses = new Map(masters.map((master) => [`${master.host}:${String(master.port)}`, master]));
  for (const { address } of known) addresses.delete(address);
  return Promise.all(
    Array.from(addresses, async ([address, { host, port }]) => {
      const node = witness.duplicate({ host, port, lazyConnect: true, retryStrategy: null });
      node.on('error', ignore); // the reply to PING says it
      try {
        return await askMaster(node, address, limitMs);
      } finally {
        node.disconnect();
      }
    }),
  );
}

const ignore = (): void => undefined;
