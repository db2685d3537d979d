import type { ClusterNode } from '../../cluster/cluster-node';
import { slotOf, SLOTS } from '../../cluster/key-slot';
import type { CommandContext } from '../../execution/command-context';
import { MapReply, OK, VerbatimReply, type ErrorReply, type Reply } from '../../protocol/reply';
import { integer } from '../../command/arguments';
import { error, printable } from '../../command/errors';
import type { Dict, DictEntry } from '../../values/dict';

/** Answers one subcommand on the node; `args` are those behind its name. */
type Answer = (context: CommandContext, node: ClusterNode, args: readonly string[]) => Reply;

const INVALID_SLOT = error('Invalid slot');
const INVALID_SLOT_OR_COUNT = error('Invalid slot or number of keys');

/** Where nodes talk to each other: ten thousand above the port, by convention. */
const BUS_OFFSET = 10_000;

const INFO = {
  cluster_state: 'ok',
  cluster_slots_assigned: SLOTS,
  cluster_slots_ok: SLOTS,
  cluster_slots_pfail: 0,
  cluster_slots_fail: 0,
  cluster_known_nodes: 1,
  cluster_size: 1,
  cluster_current_epoch: 0,
  cluster_my_epoch: 0,
  cluster_stats_messages_sent: 0,
  cluster_stats_messages_received: 0,
  total_cluster_links_buffer_limit_exceeded: 0,
};

const noReplicas: Answer = (_context, { id }, [name = '']) => {
  if (name.toLowerCase() !== id) throw error(`Unknown node ${printable(name)}`);
  return [];
};

/** What a cluster's only node answers; everything else would change the cluster, and is refused. */
export const ANSWERS: Readonly<Record<string, Answer>> = {
  countkeysinslot: ({ db }, _node, [slot = '']) => {
    return keysInSlot(db.dataset.keys, checked(integer(slot), INVALID_SLOT), Infinity).length;
  },
  getkeysinslot: ({ db }, _node, [slot = '', count = '']) => {
    const [wanted, most] = [integer(slot), integer(count)];
    if (most < 0) throw INVALID_SLOT_OR_COUNT;
    return keysInSlot(db.dataset.keys, checked(wanted, INVALID_SLOT_OR_COUNT), most);
  },
  info: () => text(Object.entries(INFO).map(([name, value]) => `${name}:${value}\r\n`)),
  keyslot: (_context, _node, [key = '']) => slotOf(key),
  links: () => [],
  myid: (_context, { id }) => id,
  myshardid: (_context, { shardId }) => shardId,
  nodes: (_context, { id, host, port }) =>
    text([`${id} ${host}:${port}@${port + BUS_OFFSET} myself,master - 0 0 0 connected 0-${SLOTS - 1}\n`]),
  replicas: noReplicas,
  shards: (_context, { id, host, port }) => {
    const node = { id, port, ip: host, endpoint: host, role: 'master', 'replication-offset': 0, health: 'online' };
    return [new MapReply(['slots', [0, SLOTS - 1], 'nodes', [new MapReply(Object.entries(node).flat())]])];
  },
  slaves: noReplicas,
  slots: (_context, { id, host, port }) => [[0, SLOTS - 1, [host, port, id, []]]],
};

/** READONLY, READWRITE and ASKING concern replicas and moving slots; a node without either just agrees. */
export const agree = (): Reply => OK;

const text = (lines: readonly string[]): Reply => new VerbatimReply('txt', lines.join(''));

function checked(slot: number, refusal: ErrorReply): number {
  if (slot < 0 || slot >= SLOTS) throw refusal;
  return slot;
}

function keysInSlot(keys: Dict<DictEntry>, slot: number, most: number): string[] {
  const found: string[] = [];
  for (let i = 0; i < keys.size && found.length < most; i++) {
    const key = keys.at(i)?.key;
    if (key !== undefined && slotOf(key) === slot) found.push(key);
  }
  return found;
}
