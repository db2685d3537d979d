import type { CommandContext } from '../../../execution/command-context';
import { OK } from '../../../protocol/reply';
import type { Client } from '../../../session/client';
import { integer } from '../../../command/arguments';
import { defineCommand } from '../../define-command';
import { error, printable, SYNTAX_ERROR } from '../../../command/errors';
import { closeClient } from '../../close-client';
import { CLIENT_ADMIN, clientType, typeOfClient } from './shared';

interface KillFilter {
  readonly matches: readonly ((session: Client) => boolean)[];
  readonly skipMe: boolean;
}

const NOT_AN_ID = error('client-id should be greater than 0');

function parseFilters({ engine }: CommandContext, args: readonly string[]): KillFilter {
  const matches: ((session: Client) => boolean)[] = [];
  let skipMe = true;
  for (let i = 0; i < args.length; i += 2) {
    const value = args[i + 1];
    if (value === undefined) throw SYNTAX_ERROR;
    switch (args[i]?.toLowerCase()) {
      case 'id': {
        const id = integer(value, NOT_AN_ID);
        if (id < 1) throw NOT_AN_ID;
        matches.push((session) => session.id === id);
        break;
      }
      case 'type': {
        const type = clientType(value);
        matches.push((session) => typeOfClient(session) === type);
        break;
      }
      case 'addr':
        matches.push(({ address }) => address.remote === value);
        break;
      case 'laddr':
        matches.push(({ address }) => address.local === value);
        break;
      case 'user':
        if (engine.acl.get(value) === undefined) throw error(`No such user '${printable(value)}'`);
        matches.push((session) => session.user.name === value);
        break;
      case 'maxage': {
        if (engine.version < '7.4') throw SYNTAX_ERROR;
        const age = integer(value, error('maxage is not an integer or out of range'));
        if (age <= 0) throw error('maxage should be greater than 0');
        matches.push((session) => session.age >= age);
        break;
      }
      case 'skipme':
        if (!/^(?:yes|no)$/i.test(value)) throw SYNTAX_ERROR;
        skipMe = value.toLowerCase() === 'yes';
        break;
      default:
        throw SYNTAX_ERROR;
    }
  }
  return { matches, skipMe };
}

export const kill = defineCommand({
  ...CLIENT_ADMIN,
  name: 'kill',
  arity: -3,
  since: '2.4.0',
  summary: 'Closes connections: the one with an address, or all that filters match.',
  complexity: 'O(N) in the number of connections',
  syntax:
    '<ip:port | <[ID client-id] [TYPE <NORMAL | MASTER | REPLICA | PUBSUB>] [USER username] [ADDR ip:port] [LADDR ip:port] [SKIPME yes/no] [MAXAGE maxage]>>',
  before: {
    '7.4': {
      syntax:
        '<ip:port | <[ID client-id] [TYPE <NORMAL | MASTER | REPLICA | PUBSUB>] [USER username] [ADDR ip:port] [LADDR ip:port] [SKIPME yes/no]>>',
    },
  },
  run(context, [, ...args]) {
    const sessions = context.engine.clients.visible();
    if (args.length === 1) {
      const target = sessions.find(({ address }) => address.remote === args[0]);
      if (target === undefined) throw error('No such client');
      closeClient(context, target);
      return OK;
    }
    const { matches, skipMe } = parseFilters(context, args);
    const targets = sessions.filter(
      (session) => !(skipMe && session === context.session) && matches.every((match) => match(session)),
    );
    for (const target of targets) closeClient(context, target);
    return targets.length;
  },
});
