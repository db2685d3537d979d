import { Status } from '../protocol/reply';
import type { AnyCommand, CommandContainer } from './definition';

/** Most containers have had it since then. */
const FIRST_HELP = '5.0.0';

/** The HELP every container has: its subcommands with their arguments and summaries. */
export function helpCommand(container: CommandContainer): AnyCommand {
  const { name, group, since, categories, helpSince = FIRST_HELP } = container;
  return {
    name: 'help',
    arity: 2,
    flags: ['loading', 'stale'],
    group,
    since: since > helpSince ? since : helpSince,
    summary: 'Answers this overview.',
    complexity: 'O(1)',
    ...(categories === undefined ? {} : { categories }),
    run: () => helpReply(name, container.subcommands),
  };
}

/** @param topics what HELP lists besides itself */
export function helpReply(
  name: string,
  topics: readonly { readonly name: string; readonly syntax?: string; readonly summary: string }[],
): Status[] {
  return [
    `${name.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`,
    ...topics.flatMap(({ name: topic, syntax = '', summary }) => [
      `${topic.toUpperCase()} ${syntax}`.trimEnd(),
      `    ${summary}`,
    ]),
    'HELP',
    '    Prints this help.',
  ].map((line) => new Status(line));
}
