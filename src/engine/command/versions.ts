import { REDIS_VERSIONS, type RedisVersion } from '../redis-version';
import type { AnyCommand, CommandContainer, CommandMetadata, FormerFacts } from './definition';

/** Whether a version has what came with Redis `since`, `7.4.0`. */
export function isIn(version: RedisVersion, since: string): boolean {
  const [major = 0, minor = 0] = since.split('.').map(Number);
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return major < ownMajor || (major === ownMajor && minor <= ownMinor);
}

/** A command or container as a version of Redis has it; undefined where that version has none. */
export function asOf<Definition extends AnyCommand | CommandContainer>(
  definition: Definition,
  version: RedisVersion,
): Definition | undefined {
  if (!isIn(version, definition.since)) return undefined;
  const older = olderFacts(definition, version);
  if (!('subcommands' in definition)) return older === undefined ? definition : { ...definition, ...older };
  const subcommands = definition.subcommands.flatMap((command) => asOf(command, version) ?? []);
  return { ...definition, ...older, subcommands };
}

/** What is otherwise in this version than in the newest; what the older change says counts. */
function olderFacts({ before }: CommandMetadata, version: RedisVersion): FormerFacts | undefined {
  if (before === undefined) return undefined;
  let facts: FormerFacts | undefined;
  for (const changed of [...REDIS_VERSIONS].reverse())
    if (version < changed && before[changed] !== undefined) facts = { ...facts, ...before[changed] };
  return facts;
}
