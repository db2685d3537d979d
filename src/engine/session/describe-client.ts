import type { RedisVersion } from '../redis-version';
import type { Client } from './client';

type Field = readonly [name: string, value: string | number];

/** One line of CLIENT LIST, without its line break. Buffers that Redis has and we do not are reported as empty. */
export function describeClient(client: Client): string {
  const { address, tracking, version } = client;
  const transaction = client.transaction ?? client.executing;
  const unread = client.output.unread?.() ?? 0;
  const received = client.output.unanswered?.() ?? 0;
  const since = (wanted: RedisVersion, fields: readonly Field[]) => (version >= wanted ? fields : []);
  const fields: readonly Field[] = [
    ['id', client.id],
    ['addr', address.remote],
    ['laddr', address.local],
    ['fd', address.kind === 'memory' ? -1 : client.id],
    ['name', client.name],
    ['age', client.age],
    ['idle', Math.floor((performance.now() - client.lastInteraction) / 1000)],
    ['flags', flagsOf(client)],
    ['db', client.database.index],
    ['sub', client.channels.size],
    ['psub', client.patterns.size],
    ['ssub', client.shardChannels.size],
    ['multi', transaction === undefined ? -1 : transaction.queue.length],
    ...since('7.4', [['watch', client.watched.size]]),
    ['qbuf', received],
    ['qbuf-free', 0],
    ['argv-mem', client.held.bytes],
    ['multi-mem', client.queuedBytes],
    ['rbs', 0],
    ['rbp', 0],
    ['obl', 0],
    ['oll', unread > 0 ? 1 : 0],
    ['omem', unread],
    ['tot-mem', client.bytes],
    ['events', 'r'],
    ['cmd', client.lastCommand ?? 'NULL'],
    ['user', client.user.name],
    ['redir', tracking === undefined ? -1 : tracking.redirect],
    ['resp', client.resp],
    ...since('7.2', [
      ['lib-name', client.libraryName],
      ['lib-ver', client.libraryVersion],
    ]),
    ...since('8.0', [['io-thread', 0]]),
  ];
  return fields.map(([name, value]) => `${name}=${String(value)}`).join(' ');
}

function flagsOf(client: Client): string {
  const { tracking } = client;
  const flags = [
    client.monitoring ? 'O' : client.replication === undefined ? '' : 'S',
    client.subscriptions > 0 ? 'P' : '',
    (client.transaction ?? client.executing) === undefined ? '' : 'x',
    client.blocked === undefined ? '' : 'b',
    tracking === undefined ? '' : 't',
    tracking?.broken === true ? 'R' : '',
    tracking?.broadcast === true ? 'B' : '',
    client.watchBroken ? 'd' : '',
    client.closing ? 'c' : '',
    client.address.kind === 'unix' ? 'U' : '',
    client.noEvict ? 'e' : '',
    client.noTouch ? 'T' : '',
  ].join('');
  return flags === '' ? 'N' : flags;
}
