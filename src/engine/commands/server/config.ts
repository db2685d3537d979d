import { MapReply, OK } from '../../protocol/reply';
import { matchGlob } from '../../values/glob';
import { defineCommand, defineContainer } from '../define-command';
import { error, wrongArity } from '../errors';

const SHARED = { flags: ['admin', 'noscript', 'loading', 'stale'], group: 'server' } as const;

const get = defineCommand({
  ...SHARED,
  name: 'get',
  arity: -3,
  since: '2.0.0',
  summary: 'Answers parameters that match patterns.',
  complexity: 'O(N) in the number of parameters',
  syntax: 'parameter [parameter ...]',
  run({ engine }, [, ...patterns]) {
    const found = [...engine.parameters.all()].filter(({ name }) => patterns.some((pattern) => matchGlob(pattern, name, true)));
    return new MapReply(found.flatMap((parameter) => [parameter.name, parameter.get()]));
  },
});

const set = defineCommand({
  ...SHARED,
  name: 'set',
  arity: -4,
  since: '2.0.0',
  summary: 'Changes parameters, all or none.',
  complexity: 'O(N) in the number of parameters',
  hints: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  syntax: 'parameter value [parameter value ...]',
  run({ engine }, [, ...pairs]) {
    if (pairs.length % 2 === 1) throw wrongArity('config|set');
    for (let i = 0; i < pairs.length; i += 2) {
      const name = pairs[i] ?? '';
      const parameter = engine.parameters.get(name);
      if (parameter === undefined) throw error(`Unknown option or number of arguments for CONFIG SET - '${name}'`);
      if (parameter.set === undefined) throw error(`CONFIG SET failed (possibly related to argument '${name}') - can't set immutable config`);
      const wrong = parameter.set(pairs[i + 1] ?? '');
      if (wrong !== undefined) throw error(`CONFIG SET failed (possibly related to argument '${name}') - ${wrong}`);
    }
    return OK;
  },
});

const resetstat = defineCommand({
  ...SHARED,
  name: 'resetstat',
  arity: 2,
  since: '2.0.0',
  summary: 'Sets the statistics of INFO to zero.',
  complexity: 'O(1)',
  run({ engine }) {
    engine.resetStatistics();
    return OK;
  },
});

export const config = defineContainer({
  name: 'config',
  arity: -2,
  flags: [],
  group: 'server',
  since: '2.0.0',
  summary: 'Commands about parameters.',
  subcommands: [get, set, resetstat],
});
