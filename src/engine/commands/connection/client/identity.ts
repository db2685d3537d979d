import { OK, VerbatimReply } from '../../../protocol/reply';
import { choices, parseInt64 } from '../../../command/arguments';
import { defineCommand } from '../../define-command';
import { error, printable, SYNTAX_ERROR } from '../../../command/errors';
import { nameClient } from '../authentication';
import { describeClient } from '../../../session/describe-client';
import { CLIENT, CLIENT_ADMIN, clientType, typeOfClient } from './shared';

export const setname = defineCommand({
  ...CLIENT,
  name: 'setname',
  arity: 3,
  since: '2.6.9',
  summary: 'Names this connection.',
  hints: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  before: { '7.2': { hints: [] } },
  complexity: 'O(1)',
  syntax: 'connection-name',
  run({ session }, [, name]) {
    nameClient(session, name);
    return OK;
  },
});

const INFO_ATTRIBUTES = choices({ 'lib-name': 'libraryName', 'lib-ver': 'libraryVersion' } as const);

export const setinfo = defineCommand({
  ...CLIENT,
  name: 'setinfo',
  arity: 4,
  since: '7.2.0',
  summary: "Says which client library, and which version of it, is at the connection's other end.",
  complexity: 'O(1)',
  hints: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  syntax: '<LIB-NAME libname | LIB-VER libver>',
  run({ session }, [, attribute, value]) {
    const name = attribute.toLowerCase();
    const property = INFO_ATTRIBUTES.get(name);
    if (property === undefined) throw error(`Unrecognized option '${printable(attribute)}'`);
    if (!/^[!-~]*$/.test(value)) throw error(`${name} cannot contain spaces, newlines or special characters.`);
    session[property] = value;
    return OK;
  },
});

export const getname = defineCommand({
  ...CLIENT,
  name: 'getname',
  arity: 2,
  since: '2.6.9',
  summary: 'Answers the name of this connection.',
  complexity: 'O(1)',
  run: ({ session }) => (session.name === '' ? null : session.name),
});

export const id = defineCommand({
  ...CLIENT,
  name: 'id',
  arity: 2,
  since: '5.0.0',
  summary: 'Answers the number of this connection.',
  complexity: 'O(1)',
  run: ({ session }) => session.id,
});

export const info = defineCommand({
  ...CLIENT,
  name: 'info',
  arity: 2,
  since: '6.2.0',
  summary: 'Describes this connection.',
  complexity: 'O(1)',
  hints: ['nondeterministic_output'],
  run: ({ session }) => new VerbatimReply('txt', `${describeClient(session)}\n`),
});

export const list = defineCommand({
  ...CLIENT_ADMIN,
  name: 'list',
  arity: -2,
  since: '2.4.0',
  summary: 'Describes the connections, all or those asked for.',
  complexity: 'O(N) in the number of connections',
  hints: ['nondeterministic_output'],
  syntax: '[TYPE <NORMAL | MASTER | REPLICA | PUBSUB>] [ID client-id [client-id ...]]',
  run({ engine }, [, ...filter]) {
    const [kind, ...values] = filter;
    let sessions = engine.clients.visible();
    if (kind?.toLowerCase() === 'type' && values.length === 1) {
      const type = clientType(values[0] ?? '');
      sessions = sessions.filter((session) => typeOfClient(session) === type);
    } else if (kind?.toLowerCase() === 'id' && values.length > 0) {
      sessions = values.flatMap((value) => {
        const number = parseInt64(value);
        if (number === undefined) throw error('Invalid client ID');
        return engine.clients.byId.get(Number(number)) ?? [];
      });
    } else if (kind !== undefined) {
      throw SYNTAX_ERROR;
    }
    return new VerbatimReply('txt', sessions.map((session) => `${describeClient(session)}\n`).join(''));
  },
});
