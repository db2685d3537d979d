import { aclCategories, type AclCategory } from '../command/acl-categories';
import type { CommandTable } from '../command/table';

/** A command, container or subcommand, and the categories it is in. */
interface Named {
  readonly name: string;
  readonly categories: readonly AclCategory[];
}

/** Most engines never ask for a category. */
function name(name: string, command: Parameters<typeof aclCategories>[0]): Named {
  return {
    name,
    get categories() {
      return aclCategories(command);
    },
  };
}

const named = new WeakMap<CommandTable, readonly Named[]>();

/** Everything a rule can name; a container before its subcommands. */
export function namesOf(commands: CommandTable): readonly Named[] {
  let names = named.get(commands);
  if (names === undefined) {
    names = commands.entries().flatMap((entry): Named[] => {
      if (!('container' in entry)) return [name(entry.fullName, entry.definition)];
      const subcommands = [...entry.subcommands.values()];
      return [
        name(entry.container.name, entry.container),
        ...subcommands.map(({ fullName, definition }) => name(fullName, definition)),
      ];
    });
    named.set(commands, names);
  }
  return names;
}

/** The names of what is in a category, containers included: what COMMAND LIST and ACL CAT answer. */
export function namesIn(commands: CommandTable, category: AclCategory): readonly string[] {
  return namesOf(commands)
    .filter(({ categories }) => categories.includes(category))
    .map(({ name }) => name);
}
