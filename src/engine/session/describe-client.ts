import type { Session } from './client';

/** One line of CLIENT LIST, without its line break. Buffers that Redis has and we do not are reported as empty. */
export function describeClient(session: Session): string {
  const { engine, address, context, tracking } = session;
  const transaction = session.transaction ?? session.executing;
  const unread = session.output.unread?.() ?? 0;
  const received = session.output.unanswered?.() ?? 0;
  const fields: readonly (readonly [name: string, value: string | number])[] = [
    ['id', session.id],
    ['addr', address.remote],
    ['laddr', address.local],
    ['fd', address.kind === 'memory' ? -1 : session.id],
    ['name', session.name],
    ['age', Math.floor((engine.clock.now() - session.createdAt) / 1000)],
    ['idle', Math.floor((performance.now() - session.lastInteraction) / 1000)],
    ['flags', flagsOf(session)],
    ['db', context.db.index],
    ['sub', session.channels.size],
    ['psub', session.patterns.size],
    ['ssub', session.shardChannels.size],
    ['multi', transaction === undefined ? -1 : transaction.queue.length],
    ['qbuf', received],
    ['qbuf-free', 0],
    ['argv-mem', session.held.bytes],
    ['multi-mem', session.queuedBytes],
    ['rbs', 0],
    ['rbp', 0],
    ['obl', 0],
    ['oll', unread > 0 ? 1 : 0],
    ['omem', unread],
    ['tot-mem', session.bytes],
    ['events', 'r'],
    ['cmd', session.lastCommand ?? 'NULL'],
    ['user', session.user.name],
    ['redir', tracking === undefined ? -1 : tracking.redirect],
    ['resp', session.resp],
  ];
  return fields.map(([name, value]) => `${name}=${String(value)}`).join(' ');
}

function flagsOf(session: Session): string {
  const { tracking } = session;
  const flags = [
    session.monitoring ? 'O' : '',
    session.subscriptions > 0 ? 'P' : '',
    (session.transaction ?? session.executing) === undefined ? '' : 'x',
    session.blocked === undefined ? '' : 'b',
    tracking === undefined ? '' : 't',
    tracking?.broken === true ? 'R' : '',
    tracking?.broadcast === true ? 'B' : '',
    session.watchBroken ? 'd' : '',
    session.closing ? 'c' : '',
    session.address.kind === 'unix' ? 'U' : '',
    session.noEvict ? 'e' : '',
  ].join('');
  return flags === '' ? 'N' : flags;
}
