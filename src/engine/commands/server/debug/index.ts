import type { ClientAddress } from '../../../session/output';
import { defineCommand } from '../../define-command';
import { error, wrongSubcommandArguments } from '../../../command/errors';
import { helpReply } from '../../../command/help';
import { DEBUG_ACTIONS } from './actions';

const BY_NAME = new Map(DEBUG_ACTIONS.map((action) => [action.name, action]));

const NOT_ALLOWED = error(
  'DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
);

function isLocal({ kind, remote }: ClientAddress): boolean {
  return kind !== 'tcp' || /^(?:127\.|\[?::1\]?:|\[?::ffff:127\.)/.test(remote);
}

export const debug = defineCommand({
  name: 'debug',
  needsConnection: true,
  arity: -2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '1.0.0',
  summary: 'Commands for tests.',
  complexity: 'Depends on subcommand',
  syntax: 'subcommand [arg [arg ...]]',
  run(context, [name, ...args]) {
    const { debugCommands } = context.engine.parameters;
    if (debugCommands === 'no' || (debugCommands === 'local' && !isLocal(context.session.address))) throw NOT_ALLOWED;
    if (name.toLowerCase() === 'help' && args.length === 0) return helpReply('debug', DEBUG_ACTIONS);
    const action = BY_NAME.get(name.toLowerCase());
    if (action === undefined || args.length < action.takes[0] || args.length > action.takes[1]) {
      throw wrongSubcommandArguments('debug', name);
    }
    return action.run(context, args);
  },
});
