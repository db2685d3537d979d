import type { ClusterNode } from '../../cluster/cluster-node';
import type { CommandContext } from '../../execution/command-context';
import { defineContainer, type AnyCommand, type CommandFlag } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error } from '../../command/errors';
import { agree, ANSWERS } from './answers';

const DISABLED = error('This instance has cluster support disabled');
const UNCHANGEABLE = error('This node is the whole cluster: nothing about it can be changed');

/** @throws the refusal of an engine that is no cluster */
function nodeOf({ engine }: CommandContext): ClusterNode {
  if (engine.cluster === undefined) throw DISABLED;
  return engine.cluster;
}

const ADMIN: readonly CommandFlag[] = ['admin', 'stale'];
const CHANGING: readonly CommandFlag[] = ['admin', 'stale', 'no_async_loading'];
const READING: readonly CommandFlag[] = ['stale'];
/** Since 7.2 also while data is loaded. */
const LOADING: readonly CommandFlag[] = ['loading', 'stale'];
const VARYING = ['nondeterministic_output'];

type Row = readonly [
  name: string,
  arity: number,
  flags: readonly CommandFlag[],
  since: string,
  syntax?: string | undefined,
  hints?: readonly string[],
];

/** CLUSTER's subcommands. An engine is no cluster, unless it answers in the place of one. */
const SUBCOMMANDS: readonly Row[] = [
  ['addslots', -3, CHANGING, '3.0.0', 'slot [slot ...]'],
  ['addslotsrange', -4, CHANGING, '7.0.0', 'start-slot end-slot [start-slot end-slot ...]'],
  ['bumpepoch', 2, CHANGING, '3.0.0', undefined, VARYING],
  ['count-failure-reports', 3, ADMIN, '3.0.0', 'node-id', VARYING],
  ['countkeysinslot', 3, READING, '3.0.0', 'slot'],
  ['delslots', -3, CHANGING, '3.0.0', 'slot [slot ...]'],
  ['delslotsrange', -4, CHANGING, '7.0.0', 'start-slot end-slot [start-slot end-slot ...]'],
  ['failover', -2, CHANGING, '3.0.0', '[FORCE | TAKEOVER]'],
  ['flushslots', 2, CHANGING, '3.0.0'],
  ['forget', 3, CHANGING, '3.0.0', 'node-id'],
  ['getkeysinslot', 4, READING, '3.0.0', 'slot count', VARYING],
  ['help', 2, ['loading', 'stale'], '5.0.0'],
  ['info', 2, READING, '3.0.0', undefined, VARYING],
  ['keyslot', 3, READING, '3.0.0', 'key'],
  ['links', 2, READING, '7.0.0', undefined, VARYING],
  ['meet', -4, CHANGING, '3.0.0', 'ip port [cluster-bus-port]'],
  ['myid', 2, READING, '3.0.0'],
  ['myshardid', 2, READING, '7.2.0', undefined, VARYING],
  ['nodes', 2, READING, '3.0.0', undefined, VARYING],
  ['replicas', 3, ADMIN, '5.0.0', 'node-id', VARYING],
  ['replicate', 3, CHANGING, '3.0.0', 'node-id'],
  ['reset', -2, ['admin', 'noscript', 'stale'], '3.0.0', '[HARD | SOFT]'],
  ['saveconfig', 2, CHANGING, '3.0.0'],
  ['set-config-epoch', 3, CHANGING, '3.0.0', 'config-epoch'],
  ['setslot', -4, CHANGING, '3.0.0', 'slot <IMPORTING node-id | MIGRATING node-id | NODE node-id | STABLE>'],
  ['shards', 2, LOADING, '7.0.0', undefined, VARYING],
  ['slaves', 3, ADMIN, '3.0.0', 'node-id', VARYING],
  ['slots', 2, LOADING, '3.0.0', undefined, VARYING],
];

const REPLACED: Readonly<Record<string, AnyCommand['deprecated']>> = {
  slaves: { since: '5.0.0', replacedBy: '`CLUSTER REPLICAS`' },
  slots: { since: '7.0.0', replacedBy: '`CLUSTER SHARDS`' },
};

function subcommand([name, arity, flags, since, syntax, hints]: Row): AnyCommand {
  return defineCommand({
    name,
    arity,
    flags,
    group: 'cluster',
    since,
    summary: 'About the cluster; refused unless the engine answers for one.',
    complexity: 'O(1)',
    ...(syntax === undefined ? {} : { syntax }),
    ...(flags === LOADING ? { before: { '7.2': { flags: READING } } } : {}),
    ...(hints === undefined ? {} : { hints }),
    deprecated: REPLACED[name],
    run(context, args) {
      const node = nodeOf(context);
      const answer = ANSWERS[name];
      if (answer === undefined) throw UNCHANGEABLE;
      return answer(context, node, args.slice(1));
    },
  });
}

const cluster = defineContainer({
  name: 'cluster',
  arity: -2,
  flags: [],
  group: 'cluster',
  since: '3.0.0',
  summary: 'Commands about a cluster; refused unless the engine answers for one.',
  subcommands: SUBCOMMANDS.map(subcommand),
});

const MODES: readonly (readonly [name: string, flags: readonly CommandFlag[]])[] = [
  ['asking', ['fast']],
  ['readonly', ['loading', 'stale', 'fast']],
  ['readwrite', ['loading', 'stale', 'fast']],
];

const modes = MODES.map(([name, flags]) =>
  defineCommand({
    name,
    arity: 1,
    flags,
    group: 'cluster',
    since: '3.0.0',
    summary: 'About the replicas of a cluster; refused unless the engine answers for one.',
    complexity: 'O(1)',
    categories: ['@connection'],
    needsConnection: true,
    run(context) {
      nodeOf(context);
      return agree();
    },
  }),
);

/** The commands of clusters. */
export const CLUSTER_COMMANDS = [cluster, ...modes];
