import { OK } from '../../protocol/reply';
import { integer } from '../../command/arguments';
import { defineContainer } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, wrongSubcommandArguments } from '../../command/errors';

const SHARED = { flags: ['admin', 'loading', 'stale'], group: 'server' } as const;
const DEFAULT_COUNT = 10;
const BAD_COUNT = error('count should be greater than or equal to -1');

const get = defineCommand({
  ...SHARED,
  name: 'get',
  arity: -2,
  since: '2.2.12',
  summary: 'Answers the latest slow commands.',
  complexity: 'O(N) in the number of commands answered',
  hints: ['request_policy:all_nodes', 'nondeterministic_output'],
  syntax: '[count]',
  run({ engine }, args) {
    if (args.length > 2) throw wrongSubcommandArguments('slowlog', args[0]);
    const count = args[1] === undefined ? DEFAULT_COUNT : integer(args[1], BAD_COUNT);
    if (count < -1) throw BAD_COUNT;
    return engine.slowLog
      .newest(count < 0 ? engine.slowLog.length : count)
      .map(({ id, at, microseconds, words, address, clientName }) => [
        id,
        at,
        microseconds,
        words,
        address,
        clientName,
      ]);
  },
});

const len = defineCommand({
  ...SHARED,
  name: 'len',
  arity: 2,
  since: '2.2.12',
  summary: 'Answers how many slow commands are kept.',
  complexity: 'O(1)',
  hints: ['request_policy:all_nodes', 'response_policy:agg_sum', 'nondeterministic_output'],
  run: ({ engine }) => engine.slowLog.length,
});

const reset = defineCommand({
  ...SHARED,
  name: 'reset',
  arity: 2,
  since: '2.2.12',
  summary: 'Forgets the slow commands.',
  complexity: 'O(N) in the number of commands kept',
  hints: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  run({ engine }) {
    engine.slowLog.clear();
    return OK;
  },
});

export const slowlog = defineContainer({
  name: 'slowlog',
  helpSince: '6.2.0',
  arity: -2,
  flags: [],
  group: 'server',
  since: '2.2.12',
  summary: 'Commands about slow commands.',
  subcommands: [get, len, reset],
});
