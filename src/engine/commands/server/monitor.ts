import { NO_REPLY } from '../../command/answers';
import { OK } from '../../protocol/reply';
import { defineCommand } from '../define-command';
import { error } from '../../command/errors';

export const monitor = defineCommand({
  name: 'monitor',
  needsConnection: true,
  arity: 1,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '1.0.0',
  summary: 'Shows this connection every command that runs.',
  complexity: 'O(1)',
  run({ session, engine, denyBlocking }) {
    if (denyBlocking) throw error("MONITOR isn't allowed for DENY BLOCKING client");
    if (session.monitoring) return NO_REPLY;
    engine.monitors.add(session);
    return OK;
  },
});
