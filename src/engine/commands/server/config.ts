import type { Parameter } from '../../config/parameter-table';
import type { Parameters } from '../../config/parameters';
import { MapReply, OK } from '../../protocol/reply';
import { matchGlob } from '../../values/glob';
import { defineContainer } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, printable, SYNTAX_ERROR, wrongArity } from '../../command/errors';
import { secretAfter } from '../../command/secrets';

const SECRET_PARAMETERS = /^(?:requirepass|masterauth|masteruser|tls-key-file-pass|tls-client-key-file-pass)$/;

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
    const found = new Map<string, readonly [name: string, value: string]>();
    const add = (name: string, parameter: Parameter | undefined) => {
      const canonical = name.toLowerCase();
      // A plain name is answered as the client wrote it first.
      if (parameter !== undefined && !found.has(canonical)) found.set(canonical, [name, parameter.get()]);
    };
    for (const pattern of patterns) {
      if (!/[[*?]/.test(pattern)) add(pattern, parameters.get(pattern));
      else for (const [name, parameter] of parameters.all()) if (matchGlob(pattern, name, true)) add(name, parameter);
    }
    return new MapReply([...found.values()].flat());
  },
});

const set = defineCommand({
  ...SHARED,
  name: 'set',
  secrets: secretAfter((word) => (SECRET_PARAMETERS.test(word) ? 1 : 0)),
  arity: -4,
  since: '2.0.0',
  summary: 'Changes parameters, all or none.',
  complexity: 'O(N) in the number of parameters',
  hints: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  syntax: 'parameter value [parameter value ...]',
  run({ engine }, [, ...pairs]) {
    if (pairs.length % 2 === 1) throw pairs.length === 1 ? wrongArity('config|set') : SYNTAX_ERROR;
    setAll(pairsOf(engine.parameters, pairs));
    // Not before all of them hold: the limit of the memory and what may go for it come in any order.
    engine.memory.makeRoom();
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
  const assignments = new Map<string, Assignment>();
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i] ?? '';
    const parameter = parameters.get(name);
    if (parameter === undefined)
      throw error(`Unknown option or number of arguments for CONFIG SET - '${printable(name)}'`);
    const canonical = name.toLowerCase();
    if (parameter.set === undefined) throw failed(name, "can't set immutable config");
    if (assignments.has(canonical)) throw failed(name, 'duplicate parameter');
    assignments.set(canonical, { name: canonical, parameter, value: words[i + 1] ?? '' });
  }
  return [...assignments.values()];
}

/** Sets all parameters, or none: what a value brings about (a lower `maxmemory` removes keys) could not be undone. */
function setAll(assignments: readonly Assignment[]): void {
  for (const { name, parameter, value } of assignments) {
    const problem = parameter.problem?.(value);
    if (problem !== undefined) throw failed(name, problem);
  }
  for (const { parameter, value } of assignments) parameter.set?.(value);
}

const resetstat = defineCommand({
  ...SHARED,
  name: 'resetstat',
  arity: 2,
  since: '2.0.0',
  summary: 'Sets the statistics of INFO to zero.',
  hints: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  before: { '7.2': { hints: [] } },
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
  hints: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  before: { '7.2': { hints: [] } },
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
