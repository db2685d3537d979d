import { type Command, InvalidArgumentError } from 'commander';
import { type ConfigOptions, DATA_DIR_OPTION, withConfigOptions } from './config-options';

/** The options of commands that move data. */
export interface MoveCommandOptions extends ConfigOptions {
  readonly match?: string;
  readonly db?: number;
}

/** Adds them. */
export function withMoveOptions(command: Command): Command {
  return withConfigOptions(command)
    .option(...DATA_DIR_OPTION)
    .option('--match <pattern>', 'keys that match alone, as KEYS takes it')
    .option('--db <number>', 'keys of this database alone', databaseNumber);
}

/** Reads the number of a database. */
export function databaseNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is the number of a database, 0 or more.');
  return Number(text);
}

/** Reads a number of things. */
export function positiveNumber(text: string): number {
  const [, digits] = /^([1-9]\d{0,8})(?:\/s)?$/.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('It is a number, 1 or more.');
  return Number(digits);
}
