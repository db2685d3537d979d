import type { Parameter, Parameters } from '../../config/parameters';
import { type ErrorReply, MapReply, OK } from '../../protocol/reply';
import { matchGlob } from '../../values/glob';
import { defineCommand, defineContainer } from '../define-command';
import { error, SYNTAX_ERROR, wrongArity } from '../errors';

const SHARED = { flags: ['admin', 'noscript', 'loading', 'stale'], group: 'server' } as const;

const get = defineCommand({
  ...SHARED,
  name: 'get',
  arity: -3,
  since: '2.0.0',
  summary: 'Answers parameters that match patterns.',
  complexity: 'O(N) in the number of parameters',
  syntax: 'parameter [parameter ...]',
  run({ engine: { parameters } }, [, ...patterns]) {
    const found = new Map<string, string>();
    for (const pattern of patterns) {
      // A plain name is answered as the client wrote it.
      const exact = /[[*?]/.test(pattern) ? undefined : parameters.get(pattern);
      if (exact !== undefined) found.set(pattern, exact.get());
      else
        for (const [name, parameter] of parameters.all())
          if (matchGlob(pattern, name, true)) found.set(name, parameter.get());
    }
    return new MapReply([...found].flat());
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
    if (pairs.length % 2 === 1) throw pairs.length === 1 ? wrongArity('config|set') : SYNTAX_ERROR;
    setAll(pairsOf(engine.parameters, pairs));
    return OK;
  },
});

interface Assignment {
  readonly name: string;
  readonly parameter: Parameter;
  readonly value: string;
}

const failed = (name: string, reason: string) =>
  error(`CONFIG SET failed (possibly related to argument '${name}') - ${reason}`);

/** @throws when a parameter is unknown, immutable or named twice */
function pairsOf(parameters: Parameters, words: readonly string[]): Assignment[] {
  const assignments: Assignment[] = [];
  let refusal: ErrorReply | undefined;
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i] ?? '';
    const parameter = parameters.get(name);
    // An unknown name outranks what is wrong with the others.
    if (parameter === undefined) throw error(`Unknown option or number of arguments for CONFIG SET - '${name}'`);
    const canonical = name.toLowerCase();
    if (parameter.set === undefined) refusal ??= failed(canonical, "can't set immutable config");
    if (assignments.some((other) => other.name === canonical)) refusal ??= failed(canonical, 'duplicate parameter');
    assignments.push({ name: canonical, parameter, value: words[i + 1] ?? '' });
  }
  if (refusal !== undefined) throw refusal;
  return assignments;
}

/** Sets all parameters, or none: those already set get their old values back. */
function setAll(assignments: readonly Assignment[]): void {
  const before = assignments.map(({ parameter }) => parameter.get());
  assignments.forEach(({ name, parameter, value }, i) => {
    const problem = parameter.set?.(value);
    if (problem === undefined) return;
    for (let done = i - 1; done >= 0; done--) assignments[done]?.parameter.set?.(before[done] ?? '');
    throw failed(name, problem);
  });
}

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

const rewrite = defineCommand({
  ...SHARED,
  name: 'rewrite',
  arity: 2,
  since: '2.8.0',
  summary: 'Refused: there is no configuration file to rewrite.',
  complexity: 'O(1)',
  run() {
    throw error('The server is running without a config file');
  },
});

export const config = defineContainer({
  name: 'config',
  arity: -2,
  flags: [],
  group: 'server',
  since: '2.0.0',
  summary: 'Commands about parameters.',
  subcommands: [get, resetstat, rewrite, set],
});
