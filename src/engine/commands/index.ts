import type { AnyCommand, CommandContainer, CommandFlag } from '../command/definition';
import { BITMAP_COMMANDS } from './bitmap';
import { CLUSTER_COMMANDS } from './cluster';
import { CONNECTION_COMMANDS } from './connection';
import { GENERIC_COMMANDS } from './generic';
import { GEO_COMMANDS } from './geo';
import { HASH_COMMANDS } from './hash';
import { LIST_COMMANDS } from './list';
import { HYPERLOGLOG_COMMANDS } from './hyperloglog';
import { PUBSUB_COMMANDS } from './pubsub';
import { SCRIPTING_COMMANDS } from './scripting';
import { SERVER_COMMANDS } from './server';
import { SET_COMMANDS } from './set';
import { SORTED_SET_COMMANDS } from './sorted-set';
import { STREAM_COMMANDS } from './stream';
import { STRING_COMMANDS } from './string';
import { TRANSACTION_COMMANDS } from './transactions';

/** Every command the engine knows; one folder per group. */
export const ALL_COMMANDS: readonly (AnyCommand | CommandContainer)[] = [
  ...STRING_COMMANDS,
  ...BITMAP_COMMANDS,
  ...HYPERLOGLOG_COMMANDS,
  ...HASH_COMMANDS,
  ...LIST_COMMANDS,
  ...SET_COMMANDS,
  ...SORTED_SET_COMMANDS,
  ...GEO_COMMANDS,
  ...STREAM_COMMANDS,
  ...GENERIC_COMMANDS,
  ...TRANSACTION_COMMANDS,
  ...SCRIPTING_COMMANDS,
  ...PUBSUB_COMMANDS,
  ...CLUSTER_COMMANDS,
  ...CONNECTION_COMMANDS,
  ...SERVER_COMMANDS,
];

/** Names of the commands and containers that change the connection or may wait: not everybody may bypass its bytes. */
export const CONNECTION_COMMAND_NAMES: ReadonlySet<string> = new Set(
  ALL_COMMANDS.filter(({ needsConnection }) => needsConnection === true).map(({ name }) => name),
);

/** Names of the commands and containers that concern nothing but the connection: what they answer tells of no data. */
export const STATE_COMMAND_NAMES: ReadonlySet<string> = new Set(
  ALL_COMMANDS.filter(({ name, group }) => group === 'connection' || (group === 'transactions' && name !== 'exec')).map(
    ({ name }) => name,
  ),
);

/** Whether a command is of a kind. @param name in lower case; of containers and unknown commands nothing is known */
export function commandHasFlag(name: string, flag: CommandFlag): boolean {
  const command = ALL_COMMANDS.find((each) => each.name === name);
  return command !== undefined && !('subcommands' in command) && command.flags.includes(flag);
}
