import { ErrorReply, OK } from '../../../protocol/reply';
import { integer } from '../../../command/arguments';
import { defineCommand } from '../../define-command';
import { error, SYNTAX_ERROR, wrongSubcommandArguments } from '../../../command/errors';
import { checkTimeout } from '../../blocking-timeout';
import { CLIENT, CLIENT_ADMIN } from './shared';

export const pause = defineCommand({
  ...CLIENT_ADMIN,
  name: 'pause',
  arity: -3,
  since: '3.0.0',
  before: { '7.2': { since: '2.9.50' } },
  summary: 'Lets commands wait for a while: all of them, or those that write.',
  complexity: 'O(1)',
  syntax: 'timeout [WRITE | ALL]',
  run({ engine, now }, [name, timeout, mode = 'all', ...rest]) {
    if (rest.length > 0) throw wrongSubcommandArguments('client', name);
    const everything = mode.toLowerCase() === 'all';
    if (!everything && mode.toLowerCase() !== 'write') throw error('CLIENT PAUSE mode must be WRITE or ALL');
    const milliseconds = integer(timeout, error('timeout is not an integer or out of range'));
    checkTimeout(engine.version, BigInt(milliseconds), now);
    engine.pausing.pause(milliseconds, everything);
    return OK;
  },
});

export const unpause = defineCommand({
  ...CLIENT_ADMIN,
  name: 'unpause',
  arity: 2,
  since: '6.2.0',
  summary: 'Lets waiting commands go on before the time of CLIENT PAUSE is over.',
  complexity: 'O(N) in the number of waiting commands',
  run({ engine }) {
    engine.pausing.resume();
    return OK;
  },
});

const UNBLOCKED = new ErrorReply('UNBLOCKED client unblocked via CLIENT UNBLOCK');

export const unblock = defineCommand({
  ...CLIENT_ADMIN,
  name: 'unblock',
  arity: -3,
  since: '5.0.0',
  summary: 'Ends the wait of a blocked client, as if its time were over or with an error.',
  complexity: 'O(log N) in the number of connections',
  syntax: 'client-id [TIMEOUT | ERROR]',
  run({ engine }, [name, id, reason = 'timeout', ...rest]) {
    if (rest.length > 0) throw wrongSubcommandArguments('client', name);
    const withError = reason.toLowerCase() === 'error';
    if (!withError && reason.toLowerCase() !== 'timeout')
      throw error('CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
    const target = engine.clients.byId.get(integer(id));
    if (target?.blocked?.block.mayBeEnded !== true) return 0;
    engine.blocking.unblock(target, withError ? UNBLOCKED : target.blocked.block.otherwise);
    return 1;
  },
});

export const noTouch = defineCommand({
  ...CLIENT,
  name: 'no-touch',
  arity: 3,
  since: '7.2.0',
  summary: 'What this connection does changes nothing about when or how often keys were used.',
  complexity: 'O(1)',
  syntax: 'ON | OFF',
  run({ session }, [, mode]) {
    if (!/^(?:on|off)$/i.test(mode)) throw SYNTAX_ERROR;
    session.noTouch = mode.toLowerCase() === 'on';
    return OK;
  },
});

export const noEvict = defineCommand({
  ...CLIENT_ADMIN,
  name: 'no-evict',
  arity: 3,
  since: '7.0.0',
  summary: 'Protects this connection from being closed when clients take too much memory.',
  complexity: 'O(1)',
  syntax: 'ON | OFF',
  run({ session }, [, mode]) {
    if (!/^(?:on|off)$/i.test(mode)) throw SYNTAX_ERROR;
    session.noEvict = mode.toLowerCase() === 'on';
    return OK;
  },
});
