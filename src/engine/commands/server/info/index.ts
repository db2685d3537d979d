import { VerbatimReply } from '../../../protocol/reply';
import type { RedisVersion } from '../../../redis-version';
import { defineCommand } from '../../define-command';
import { INFO_SECTIONS, type InfoSection } from './sections';

/** Sections that only `all`, `everything` or their own name show. */
const ON_REQUEST = new Set(['commandstats', 'latencystats']);

function chosenSections(version: RedisVersion, names: readonly string[]): readonly InfoSection[] {
  const wanted = new Set(names.length === 0 ? ['default'] : names.map((name) => name.toLowerCase()));
  return INFO_SECTIONS.filter(({ name, since }) => {
    if (since !== undefined && version < since) return false;
    if (wanted.has(name) || wanted.has('all') || wanted.has('everything')) return true;
    return wanted.has('default') && !ON_REQUEST.has(name);
  });
}

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
  run({ engine }, names) {
    const sections = chosenSections(engine.version, names).map(({ title, lines }) =>
      [`# ${title}`, ...lines(engine), ''].join('\r\n'),
    );
    return new VerbatimReply('txt', sections.join('\r\n'));
  },
});
