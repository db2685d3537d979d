import { NO_REPLY } from '../../execution/block';
import { OK } from '../../protocol/reply';
import { defineCommand, defineContainer } from '../define-command';
import { SYNTAX_ERROR } from '../errors';
import { INVALID_CLIENT_NAME, isValidClientName } from './authentication';

const SHARED = { flags: ['noscript', 'loading', 'stale'], group: 'connection' } as const;

const setname = defineCommand({
  ...SHARED,
  name: 'setname',
  arity: 3,
  since: '2.6.9',
  summary: 'Names this connection.',
  complexity: 'O(1)',
  syntax: 'connection-name',
  run({ session }, [, name]) {
    if (!isValidClientName(name)) throw INVALID_CLIENT_NAME;
    session.name = name;
    return OK;
  },
});

const getname = defineCommand({
  ...SHARED,
  name: 'getname',
  arity: 2,
  since: '2.6.9',
  summary: 'Answers the name of this connection.',
  complexity: 'O(1)',
  run: ({ session }) => (session.name === '' ? null : session.name),
});

const id = defineCommand({
  ...SHARED,
  name: 'id',
  arity: 2,
  since: '5.0.0',
  summary: 'Answers the number of this connection.',
  complexity: 'O(1)',
  run: ({ session }) => session.id,
});

const reply = defineCommand({
  ...SHARED,
  name: 'reply',
  arity: 3,
  since: '3.2.0',
  summary: 'Switches replies on or off, or skips the next one.',
  complexity: 'O(1)',
  syntax: 'ON | OFF | SKIP',
  run({ session }, [, mode]) {
    switch (mode.toLowerCase()) {
      case 'on':
        session.replyMode = 'on';
        return OK;
      case 'off':
        session.replyMode = 'off';
        return NO_REPLY;
      case 'skip':
        if (session.replyMode !== 'off') session.replyMode = 'skip-next';
        return NO_REPLY;
      default:
        throw SYNTAX_ERROR;
    }
  },
});

export const client = defineContainer({
  name: 'client',
  arity: -2,
  flags: [],
  group: 'connection',
  since: '2.4.0',
  summary: 'Commands about connections.',
  subcommands: [setname, getname, id, reply],
});
