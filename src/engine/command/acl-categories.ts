import type { CommandGroup, CommandMetadata } from './definition';

/** ACL categories in the order Redis lists them. */
export const ACL_CATEGORIES = [
  'keyspace',
  'read',
  'write',
  'set',
  'sortedset',
  'list',
  'hash',
  'string',
  'bitmap',
  'hyperloglog',
  'geo',
  'stream',
  'pubsub',
  'admin',
  'fast',
  'slow',
  'blocking',
  'dangerous',
  'connection',
  'transaction',
  'scripting',
] as const;
/** A category of commands, without its `@`. */
export type AclCategory = (typeof ACL_CATEGORIES)[number];

const OF_GROUP: Partial<Record<CommandGroup, AclCategory>> = {
  string: 'string',
  hash: 'hash',
  list: 'list',
  set: 'set',
  'sorted-set': 'sortedset',
  stream: 'stream',
  bitmap: 'bitmap',
  hyperloglog: 'hyperloglog',
  geo: 'geo',
  generic: 'keyspace',
  transactions: 'transaction',
  scripting: 'scripting',
  connection: 'connection',
};

/** Definitions are shared by all engines, and every engine asks for all of them. */
const known = new WeakMap<CommandMetadata, readonly AclCategory[]>();

/**
 * The ACL categories of a command: those of its group and flags, and the extra ones it names. A container belongs to
 * no group's category, as in Redis.
 */
export function aclCategories(command: CommandMetadata): readonly AclCategory[] {
  let categories = known.get(command);
  if (categories === undefined) known.set(command, (categories = categoriesOf(command)));
  return categories;
}

function categoriesOf(command: CommandMetadata): readonly AclCategory[] {
  const { flags, group, categories = [] } = command;
  const own = new Set<string>(categories.map((name) => name.replace(/^@/, '')));
  // A command that replaces its group's category says so with a minus.
  const groupCategory = 'subcommands' in command ? undefined : OF_GROUP[group];
  if (groupCategory !== undefined && !own.delete(`-@${groupCategory}`)) own.add(groupCategory);
  if (flags.includes('write')) own.add('write');
  if (flags.includes('readonly') && !own.has('scripting')) own.add('read');
  if (flags.includes('admin')) own.add('admin').add('dangerous');
  if (flags.includes('pubsub')) own.add('pubsub');
  if (flags.includes('blocking')) own.add('blocking');
  own.add(flags.includes('fast') ? 'fast' : 'slow');
  return ACL_CATEGORIES.filter((category) => own.has(category));
}
