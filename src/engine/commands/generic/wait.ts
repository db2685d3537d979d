import { Block } from '../../command/answers';
import { integer } from '../../command/arguments';
import { defineCommand } from '../define-command';
import { error, TIMEOUT_NEGATIVE } from '../../command/errors';

const TIMEOUT_NOT_AN_INTEGER = error('timeout is not an integer or out of range');

export const wait = defineCommand({
  name: 'wait',
  needsConnection: true,
  arity: 3,
  flags: ['blocking'],
  before: { '7.2': { flags: ['noscript'] } },
  group: 'generic',
  since: '3.0.0',
  summary: 'Waits for replicas to catch up. There are none here, so it waits until the time is over.',
  complexity: 'O(1)',
  categories: ['-@keyspace', '@connection'],
  hints: ['request_policy:all_shards', 'response_policy:agg_min'],
  syntax: 'numreplicas timeout',
  run(context, [replicasText, timeoutText]) {
    const replicas = integer(replicasText);
    const timeout = integer(timeoutText, TIMEOUT_NOT_AN_INTEGER);
    if (timeout < 0) throw TIMEOUT_NEGATIVE;
    return replicas <= 0 || context.denyBlocking ? 0 : new Block([], timeout, 0, () => undefined);
  },
});
