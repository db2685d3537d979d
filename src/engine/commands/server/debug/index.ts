import type { ClientAddress } from '../../../session/output';
import { defineCommand } from '../../define-command';
import { error, wrongSubcommandArguments } from '../../../command/errors';
import { helpReply } from '../../../command/help';
import type { RedisVersion } from '../../../redis-version';
import { DEBUG_ACTIONS, type DebugAction } from './actions';

const BY_NAME = new Map(DEBUG_ACTIONS.map((action) => [action.name, action]));

const NOT_ALLOWED = error(
  'DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
);

function isLocal({ kind, remote }: ClientAddress): boolean {
  return kind !== 'tcp' || /^(?:127\.|\[?::1\]?:|\[?::ffff:127\.)/.test(remote);
}

/** How many arguments a subcommand takes; none where there is no such. */
function takenBy(action: DebugAction | undefined, version: RedisVersion): readonly [fewest: number, most: number] {
  const former = version < '8.0' ? action?.tookBefore8 : undefined;
  return former ?? action?.takes ?? [0, 0];
}

export const debug = defineCommand({
  name: 'debug',
  needsConnection: true,
  arity: -2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '1.0.0',
  summary: 'Commands for tests.',
  internal: true,
  complexity: 'Depends on subcommand',
  syntax: 'subcommand [arg [arg ...]]',
  run(context, [name, ...args]) {
    const { debugCommands } = context.engine.parameters;
    if (debugCommands === 'no' || (debugCommands === 'local' && !isLocal(context.session.address))) throw NOT_ALLOWED;
    if (name.toLowerCase() === 'help' && args.length === 0) return helpReply('debug', DEBUG_ACTIONS);
    const action = BY_NAME.get(name.toLowerCase());
    const [fewest, most] = takenBy(action, context.engine.version);
    if (action === undefined || args.length < fewest || args.length > most)
      throw wrongSubcommandArguments('debug', name);
    return action.run(context, args);
  },
});
