import { NO_REPLY } from '../../command/answers';
import { OK } from '../../protocol/reply';
import { choices, integer, isOption } from '../../command/arguments';
import { defineCommand } from '../define-command';
import { error, printable, SYNTAX_ERROR } from '../../command/errors';

const NO_REPLICATION = error('this engine takes no part in replication');

export const role = defineCommand({
  name: 'role',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast'],
  group: 'server',
  since: '2.8.12',
  summary: 'Answers the role in replication: always that of a master without replicas.',
  complexity: 'O(1)',
  categories: ['@admin', '@dangerous'],
  run: () => ['master', 0, []],
});

const HIGHEST_PORT = 65_535;

const following = (name: string, since: string) =>
  defineCommand({
    name,
    arity: 3,
    flags: ['admin', 'noscript', 'stale', 'no_async_loading'],
    group: 'server',
    since,
    summary: 'Accepts NO ONE, and refuses to follow another server.',
    complexity: 'O(1)',
    syntax: 'host port',
    ...(name === 'slaveof' ? { deprecated: { since: '5.0.0', replacedBy: '`REPLICAOF`' } } : {}),
    run(_, [host, port]) {
      if (isOption(host, 'no') && isOption(port, 'one')) return OK;
      if (!/^\d+$/.test(port) || Number(port) > HIGHEST_PORT) throw error('Invalid master port');
      throw NO_REPLICATION;
    },
  });

/** Commands to follow another server, which this engine does not. */
export const replicaof = following('replicaof', '5.0.0');
export const slaveof = following('slaveof', '1.0.0');

/** How many values follow each option; the last is a number. */
const FAILOVER_OPTIONS = choices({ force: 0, timeout: 1, to: 2 });

export const failover = defineCommand({
  name: 'failover',
  arity: -1,
  flags: ['admin', 'noscript', 'stale'],
  group: 'server',
  since: '6.2.0',
  summary: 'Refused: there are no replicas.',
  complexity: 'O(1)',
  syntax: '[TO host port [FORCE]] [ABORT] [TIMEOUT milliseconds]',
  run(_, args) {
    const seen = new Set<string>();
    for (let i = 0; i < args.length; i++) {
      const option = args[i]?.toLowerCase() ?? '';
      if (option === 'abort' && args.length === 1) throw error('No failover in progress.');
      const values = FAILOVER_OPTIONS.get(option);
      if (values === undefined || seen.has(option) || i + values >= args.length) throw SYNTAX_ERROR;
      seen.add(option);
      i += values;
      if (values > 0 && integer(args[i] ?? '') <= 0 && option === 'timeout') {
        throw error('FAILOVER timeout must be greater than 0');
      }
    }
    throw error('FAILOVER requires connected replicas.');
  },
});

const REPLCONF_OPTIONS = new Set(['listening-port', 'ip-address', 'capa', 'rdb-only', 'rdb-filter-only']);

export const replconf = defineCommand({
  name: 'replconf',
  arity: -1,
  flags: ['admin', 'noscript', 'loading', 'stale', 'allow_busy'],
  group: 'server',
  since: '3.0.0',
  summary: 'Takes what a replica says about itself, and makes nothing of it.',
  internal: true,
  complexity: 'O(1)',
  run(_, args) {
    if (args.length % 2 === 1) throw SYNTAX_ERROR;
    for (let i = 0; i < args.length; i += 2) {
      const option = args[i]?.toLowerCase() ?? '';
      if (option === 'ack' || option === 'getack') return NO_REPLY;
      if (!REPLCONF_OPTIONS.has(option)) throw error(`Unrecognized REPLCONF option: ${printable(args[i] ?? '')}`);
    }
    return OK;
  },
});

const refused = (name: string, arity: number, since: string) =>
  defineCommand({
    name,
    arity,
    flags: ['admin', 'noscript', 'no_async_loading', 'no_multi'],
    group: 'server',
    since,
    summary: 'Refused: this engine has no replicas.',
    complexity: 'O(1)',
    needsConnection: true,
    run() {
      throw NO_REPLICATION;
    },
  });

/** Commands by which replicas ask for the data, which this engine has none of. */
export const sync = refused('sync', 1, '1.0.0');
export const psync = refused('psync', -3, '2.8.0');
