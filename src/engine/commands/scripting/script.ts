import { ErrorReply, OK } from '../../protocol/reply';
import { defineContainer } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error } from '../../command/errors';

const NOT_BUSY = new ErrorReply('NOTBUSY No scripts in execution right now.');

const exists = defineCommand({
  name: 'exists',
  arity: -3,
  flags: ['noscript'],
  group: 'scripting',
  since: '2.6.0',
  summary: 'Tells which scripts are known.',
  complexity: 'O(N) in the number of scripts asked for',
  hints: ['request_policy:all_shards', 'response_policy:agg_logical_and'],
  syntax: 'sha1 [sha1 ...]',
  run({ engine }, [, ...shas]) {
    return shas.map((sha) => (engine.scripts.has(sha) ? 1 : 0));
  },
});

const load = defineCommand({
  name: 'load',
  arity: 3,
  flags: ['noscript', 'stale'],
  group: 'scripting',
  since: '2.6.0',
  summary: 'Makes a script known and answers its SHA-1.',
  complexity: 'O(N) in the length of the script',
  hints: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  syntax: 'script',
  run({ engine }, [, source]) {
    return engine.scripts.load(source, true).script.sha;
  },
});

const flush = defineCommand({
  name: 'flush',
  arity: -2,
  flags: ['noscript'],
  group: 'scripting',
  since: '2.6.0',
  summary: 'Forgets all scripts.',
  complexity: 'O(N) in the number of scripts',
  hints: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  syntax: '[ASYNC | SYNC]',
  run({ engine }, [, mode, extra]) {
    const isKnown = mode === undefined || ['sync', 'async'].includes(mode.toLowerCase());
    if (extra !== undefined || !isKnown) throw error('SCRIPT FLUSH only support SYNC|ASYNC option');
    engine.scripts.flush();
    return OK;
  },
});

const kill = defineCommand({
  name: 'kill',
  arity: 2,
  flags: ['noscript', 'allow_busy'],
  group: 'scripting',
  since: '2.6.0',
  summary: 'Would end a running script; here a script has ended before anyone can ask.',
  complexity: 'O(1)',
  hints: ['request_policy:all_shards', 'response_policy:one_succeeded'],
  run() {
    throw NOT_BUSY;
  },
});

const debug = defineCommand({
  name: 'debug',
  arity: 3,
  flags: ['noscript'],
  group: 'scripting',
  since: '3.2.0',
  summary: 'Chooses how scripts are debugged; only NO is possible.',
  complexity: 'O(1)',
  syntax: 'YES | SYNC | NO',
  run(_context, [, mode]) {
    switch (mode.toLowerCase()) {
      case 'no':
        return OK;
      case 'yes':
      case 'sync':
        throw error('SCRIPT DEBUG is not supported');
      default:
        throw error('Use SCRIPT DEBUG YES/SYNC/NO');
    }
  },
});

export const script = defineContainer({
  name: 'script',
  arity: -2,
  flags: [],
  group: 'scripting',
  since: '2.6.0',
  summary: 'Commands about scripts.',
  subcommands: [debug, exists, flush, kill, load],
});
