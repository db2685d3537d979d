import type { Session } from '../../../session/session';

/** Bytes a connection takes here beyond what its commands hold; measured with V8's heap statistics. */
const SESSION_BYTES = 2048;

/** One line of CLIENT LIST, without its line break. Buffers that Redis has and we do not are reported as empty. */
export function describeClient(session: Session): string {
  const { engine, address, context, transaction, tracking } = session;
  const queued = transaction === undefined ? 0 : transaction.queue.reduce((sum, { args }) => sum + bytesOf(args), 0);
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
    ['argv-mem', 0],
    ['multi-mem', queued],
    ['rbs', 0],
    ['rbp', 0],
    ['obl', 0],
    ['oll', unread > 0 ? 1 : 0],
    ['omem', unread],
    ['tot-mem', SESSION_BYTES + queued + received + unread],
    ['events', 'r'],
    ['cmd', session.lastCommand],
    ['user', session.user.name],
    ['redir', tracking === undefined ? -1 : tracking.redirect],
    ['resp', session.resp],
  ];
  return fields.map(([name, value]) => `${name}=${String(value)}`).join(' ');
}

const bytesOf = (args: readonly string[]) => args.reduce((sum, arg) => sum + arg.length, 0);

function flagsOf(session: Session): string {
  const { tracking } = session;
  const flags = [
    session.monitoring ? 'O' : '',
    session.subscriptions > 0 ? 'P' : '',
    session.transaction === undefined ? '' : 'x',
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
