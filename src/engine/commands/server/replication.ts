import { NO_REPLY } from '../../command/answers';
import type { Client } from '../../session/client';
import type { Announcement } from '../../replication/replica';
import type { Replication } from '../../replication/replication';
import { OK } from '../../protocol/reply';
import { splitWords } from '../../protocol/request-parser';
import { choices, integer, isOption, parseInt64 } from '../../command/arguments';
import { defineCommand } from '../define-command';
import { error, printable, SYNTAX_ERROR } from '../../command/errors';

const NO_REPLICATION = error('this engine takes no part in replication');

export const role = defineCommand({
  name: 'role',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast'],
  group: 'server',
  since: '2.8.12',
  summary: 'Answers the role in replication, which is that of a master, and its replicas.',
  complexity: 'O(N) in the number of replicas',
  categories: ['@admin', '@dangerous'],
  run: ({ engine: { replication } }) => {
    const online = replication.replicas.filter(({ state }) => state === 'online');
    const replicas = online.map(({ address, announced, acknowledged }) => [
      address,
      String(announced.port),
      String(acknowledged),
    ]);
    return ['master', replication.offset, replicas];
  },
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

/** Longer addresses are none, in characters. */
const LONGEST_ADDRESS = 256;

/** What a replica says of itself, one option after the other. */
const ANNOUNCED: Readonly<Record<string, (announced: Announcement, value: string) => void>> = {
  'listening-port': (announced, value) => {
    announced.port = integer(value);
  },
  'ip-address': (announced, value) => {
    if (value.length >= LONGEST_ADDRESS)
      throw error(`REPLCONF ip-address provided by replica instance is too long: ${String(value.length)} bytes`);
    announced.address = value;
  },
  capa: (announced, value) => {
    if (value.toLowerCase() === 'psync2') announced.psync2 = true;
  },
  'rdb-only': (announced, value) => {
    announced.dataOnly = integer(value) === 1;
  },
  'rdb-filter-only': (announced, value) => {
    const words = splitWords(value);
    if (words === undefined) throw error('Missing rdb-filter-only values');
    const unknown = words.find((word) => word.toLowerCase() !== 'functions');
    if (unknown !== undefined) throw error(`Unsupported rdb-filter-only option: ${printable(unknown)}`);
    announced.wants = { keys: false, functions: words.length > 0 };
  },
};

export const replconf = defineCommand({
  name: 'replconf',
  arity: -1,
  flags: ['admin', 'noscript', 'loading', 'stale', 'allow_busy'],
  group: 'server',
  since: '3.0.0',
  summary: 'Takes what a replica says about itself, and how much of the stream it has.',
  internal: true,
  complexity: 'O(1)',
  run({ engine: { replication }, session }, args) {
    if (args.length % 2 === 1) throw SYNTAX_ERROR;
    for (let i = 0; i < args.length; i += 2) {
      const option = args[i]?.toLowerCase() ?? '';
      const value = args[i + 1] ?? '';
      if (option === 'ack') {
        const synced = args[i + 2]?.toLowerCase() === 'fack' ? args[i + 3] : undefined;
        acknowledge(replication, session, value, synced);
        return NO_REPLY;
      }
      // A master says so.
      if (option === 'getack') return NO_REPLY;
      const announce = ANNOUNCED[option];
      if (announce === undefined) throw error(`Unrecognized REPLCONF option: ${printable(args[i] ?? '')}`);
      announce(replication.announcement(session), value);
    }
    return OK;
  },
});

function acknowledge(replication: Replication, client: Client, offset: string, synced: string | undefined): void {
  const has = parseInt64(offset);
  const hasOnDisk = parseInt64(synced ?? '');
  if (has !== undefined) replication.acknowledge(client, Number(has), hasOnDisk === undefined ? 0 : Number(hasOnDisk));
}

const REPLICATION = {
  flags: ['admin', 'noscript', 'no_async_loading', 'no_multi'],
  group: 'server',
  complexity: 'O(N) in the size of the data',
  needsConnection: true,
} as const;

/** What it was answered and has not read would stand in the stream. */
function refuseWithOutput({ output }: Client): void {
  if ((output.unread?.() ?? 0) > 0) throw error('SYNC and PSYNC are invalid with pending output');
}

export const sync = defineCommand({
  ...REPLICATION,
  name: 'sync',
  arity: 1,
  since: '1.0.0',
  summary: 'Makes the client a replica: it gets all of the data, and then whatever changes.',
  run({ engine: { replication }, session }) {
    if (session.replication !== undefined) return NO_REPLY;
    refuseWithOutput(session);
    replication.attach(session, false);
    return NO_REPLY;
  },
});

export const psync = defineCommand({
  ...REPLICATION,
  name: 'psync',
  arity: -3,
  since: '2.8.0',
  summary: 'The same as SYNC, but for a replica that was there before: it gets what it lacks, if that is still known.',
  syntax: 'replicationid offset',
  run({ engine: { replication }, session }, [id, offsetText]) {
    if (session.replication !== undefined) return NO_REPLY;
    refuseWithOutput(session);
    const offset = integer(offsetText);
    if (!replication.goOn(session, id, offset)) replication.attach(session, true);
    return NO_REPLY;
  },
});
