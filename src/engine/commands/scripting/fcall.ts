import type { CommandContext } from '../../execution/command-context';
import type { Reply } from '../../protocol/reply';
import { defineCommand } from '../define-command';
import { error } from '../../command/errors';
import { KEYS_OF_UNKNOWN, keysAndArguments, READING_SCRIPT_FLAGS, RO_KEYS_OF_UNKNOWN, SCRIPT_FLAGS } from './eval';

const BAD_COUNT = error('Bad number of keys provided');

function callFunction(
  context: CommandContext,
  name: string,
  count: string,
  rest: readonly string[],
  readOnly: boolean,
): Reply {
  const { libraries, scripts } = context.engine;
  const called = libraries.find(name);
  if (called === undefined) throw error('Function not found');
  const { keys, args } = keysAndArguments(count, rest, BAD_COUNT);
  return scripts.callFunction(context, called, keys, args, readOnly);
}

const fcall = defineCommand({
  name: 'fcall',
  runsScripts: true,
  arity: -3,
  flags: SCRIPT_FLAGS,
  group: 'scripting',
  since: '7.0.0',
  summary: 'Calls a function of a library.',
  complexity: 'That of the function',
  keys: [KEYS_OF_UNKNOWN],
  syntax: 'function numkeys [key ...] [arg ...]',
  effects: 'none',
  run(context, [name, count, ...rest]) {
    return callFunction(context, name, count, rest, false);
  },
});

const fcallRo = defineCommand({
  name: 'fcall_ro',
  arity: -3,
  flags: ['readonly', ...READING_SCRIPT_FLAGS],
  group: 'scripting',
  since: '7.0.0',
  summary: 'Calls a function of a library; it may only read.',
  complexity: 'That of the function',
  keys: [RO_KEYS_OF_UNKNOWN],
  syntax: 'function numkeys [key ...] [arg ...]',
  effects: 'none',
  run(context, [name, count, ...rest]) {
    return callFunction(context, name, count, rest, true);
  },
});

/** FCALL and FCALL_RO. */
export const FCALL_COMMANDS = [fcall, fcallRo];
