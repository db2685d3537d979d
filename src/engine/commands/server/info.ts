import { VerbatimReply } from '../../protocol/reply';
import { defineCommand } from '../define-command';

export const info = defineCommand({
  name: 'info',
  arity: -1,
  flags: ['loading', 'stale'],
  group: 'server',
  since: '1.0.0',
  summary: 'Answers what is to be known about this engine.',
  complexity: 'O(1)',
  categories: ['@dangerous'],
  hints: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
  syntax: '[section [section ...]]',
  run({ engine }) {
    const lines = [
      '# Server', `redis_version:${engine.redisVersion}`, 'redis_mode:standalone', `process_id:${String(process.pid)}`,
      `run_id:${engine.runId}`, '', '# Persistence', `loading:${engine.loading ? '1' : '0'}`, '',
    ];
    return new VerbatimReply('txt', lines.join('\r\n'));
  },
});
