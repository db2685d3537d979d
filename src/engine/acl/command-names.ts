import { aclCategories, type AclCategory } from '../command/acl-categories';
import type { CommandTable } from '../command/table';

/** A command, container or subcommand, and the categories it is in. */
interface Named {
  readonly name: string;
  readonly categories: readonly AclCategory[];
}

const named = new WeakMap<CommandTable, readonly Named[]>();

/** Everything a rule can name; a container before its subcommands. */
export function namesOf(commands: CommandTable): readonly Named[] {
  let names = named.get(commands);
  if (names === undefined) {
    names = [...commands.entries()].flatMap((entry): Named[] => {
      if (!('container' in entry)) return [{ name: entry.fullName, categories: aclCategories(entry.definition) }];
      const own = { name: entry.container.name, categories: aclCategories(entry.container) };
      const subcommands = [...entry.subcommands.values()];
      return [
        own,
        ...subcommands.map(({ fullName, definition }) => ({ name: fullName, categories: aclCategories(definition) })),
      ];
    });
    named.set(commands, names);
  }
  return names;
}
