import { OK, PONG, Status } from '../../protocol/reply';
import { defineCommand } from '../define-command';
import { wrongArity } from '../../command/errors';
import { databaseArgument } from '../generic/copy-move';

export const ping = defineCommand({
  name: 'ping',
  whileSubscribed: true,
  arity: -1,
  flags: ['fast'],
  group: 'connection',
  since: '1.0.0',
  summary: 'Answers PONG, or the message.',
  complexity: 'O(1)',
  hints: ['request_policy:all_shards', 'response_policy:all_succeeded'],
  syntax: '[message]',
  run({ session }, args) {
    if (args.length > 1) throw wrongArity('ping');
    const [message] = args;
    // While subscribed, RESP2 only knows messages: the answer looks like one.
    if (session.resp === 2 && session.subscriptions > 0) return ['pong', message ?? ''];
    return message ?? PONG;
  },
});

export const echo = defineCommand({
  name: 'echo',
  arity: 2,
  flags: ['loading', 'stale', 'fast'],
  group: 'connection',
  since: '1.0.0',
  summary: 'Answers the message.',
  complexity: 'O(1)',
  syntax: 'message',
  run: (_, [message]) => message,
});

export const select = defineCommand({
  name: 'select',
  needsConnection: true,
  arity: 2,
  flags: ['loading', 'stale', 'fast'],
  group: 'connection',
  since: '1.0.0',
  summary: 'Chooses the database of this connection.',
  complexity: 'O(1)',
  syntax: 'index',
  run(context, [index]) {
    context.session.database = databaseArgument(context, index);
    return OK;
  },
});

export const quit = defineCommand({
  name: 'quit',
  needsConnection: true,
  whileSubscribed: true,
  runsInMulti: true,
  arity: -1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'],
  group: 'connection',
  since: '1.0.0',
  summary: 'Closes the connection.',
  deprecated: { since: '7.2.0', replacedBy: 'just closing the connection' },
  before: { '7.2': { deprecated: undefined } },
  complexity: 'O(1)',
  run({ session }) {
    session.closing = true;
    return OK;
  },
});

export const reset = defineCommand({
  name: 'reset',
  needsConnection: true,
  whileSubscribed: true,
  runsInMulti: true,
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'],
  group: 'connection',
  since: '6.2.0',
  summary: 'Brings the connection back to the state of a new one.',
  complexity: 'O(1)',
  run({ session }) {
    session.reset();
    return new Status('RESET');
  },
});
