import { NO_REPLY } from '../../../command/answers';
import { OK } from '../../../protocol/reply';
import { defineCommand } from '../../define-command';
import { SYNTAX_ERROR } from '../../../command/errors';
import { CLIENT } from './shared';

export const reply = defineCommand({
  ...CLIENT,
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
