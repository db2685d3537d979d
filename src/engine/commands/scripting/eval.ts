import type { CommandContext } from '../../execution/command-context';
import type { CachedScript } from '../../execution/script-cache';
import { ErrorReply, type Reply } from '../../protocol/reply';
import { integer } from '../../command/arguments';
import { countedKeys, type KeySpec } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error } from '../../command/errors';

const NO_SCRIPT = new ErrorReply('NOSCRIPT No matching script. Please use EVAL.');

/** Flags of commands that run scripts which only read. */
export const READING_SCRIPT_FLAGS = ['noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'movablekeys'] as const;
export const SCRIPT_FLAGS = [...READING_SCRIPT_FLAGS, 'may_replicate'] as const;

const KEYS: KeySpec = countedKeys('RW ACCESS UPDATE', 2);
const RO_KEYS: KeySpec = countedKeys('RO ACCESS', 2);
/** Keys of a script that may write: nobody knows what it does with them. */
export const KEYS_OF_UNKNOWN: KeySpec = {
  ...KEYS,
  notes: 'We cannot tell how the keys will be used so we assume the worst, RW and UPDATE',
};
/** Keys of a script that only reads. */
export const RO_KEYS_OF_UNKNOWN: KeySpec = {
  ...RO_KEYS,
  notes: 'We cannot tell how the keys will be used so we assume the worst, RO and ACCESS',
};

/** The keys and arguments behind a count of keys. @throws what is wrong with the count */
export function keysAndArguments(
  count: string,
  rest: readonly string[],
  notANumber?: ErrorReply,
): { keys: readonly string[]; args: readonly string[] } {
  const keys = integer(count, notANumber);
  if (keys > rest.length) throw error("Number of keys can't be greater than number of args");
  if (keys < 0) throw error("Number of keys can't be negative");
  return { keys: rest.slice(0, keys), args: rest.slice(keys) };
}

function evaluate(
  context: CommandContext,
  find: () => CachedScript,
  count: string,
  rest: readonly string[],
  readOnly: boolean,
): Reply {
  const { keys, args } = keysAndArguments(count, rest);
  return context.engine.scripts.run(context, find(), keys, args, readOnly);
}

function bySha(context: CommandContext, sha: string): CachedScript {
  const script = context.engine.scripts.get(sha);
  if (script === undefined) throw NO_SCRIPT;
  return script;
}

const SHA_LENGTH = 40;

/** What is no SHA-1 at all is refused before anything else is looked at. */
function checkSha(sha: string): void {
  if (sha.length !== SHA_LENGTH) throw NO_SCRIPT;
}

const evalCommand = defineCommand({
  name: 'eval',
  runsScripts: true,
  arity: -3,
  flags: SCRIPT_FLAGS,
  group: 'scripting',
  since: '2.6.0',
  summary: 'Runs a Lua script.',
  complexity: 'That of the script',
  keys: [KEYS_OF_UNKNOWN],
  syntax: 'script numkeys [key ...] [arg ...]',
  effects: 'none',
  run(context, [source, count, ...rest]) {
    return evaluate(context, () => context.engine.scripts.load(source), count, rest, false);
  },
});

const evalRo = defineCommand({
  name: 'eval_ro',
  arity: -3,
  flags: ['readonly', ...READING_SCRIPT_FLAGS],
  group: 'scripting',
  since: '7.0.0',
  summary: 'Runs a Lua script that only reads.',
  complexity: 'That of the script',
  keys: [RO_KEYS_OF_UNKNOWN],
  syntax: 'script numkeys [key ...] [arg ...]',
  effects: 'none',
  run(context, [source, count, ...rest]) {
    return evaluate(context, () => context.engine.scripts.load(source), count, rest, true);
  },
});

const evalsha = defineCommand({
  name: 'evalsha',
  runsScripts: true,
  arity: -3,
  flags: SCRIPT_FLAGS,
  group: 'scripting',
  since: '2.6.0',
  summary: 'Runs a known Lua script by its SHA-1.',
  complexity: 'That of the script',
  keys: [KEYS],
  syntax: 'sha1 numkeys [key ...] [arg ...]',
  effects: 'none',
  run(context, [sha, count, ...rest]) {
    checkSha(sha);
    return evaluate(context, () => bySha(context, sha), count, rest, false);
  },
});

const evalshaRo = defineCommand({
  name: 'evalsha_ro',
  arity: -3,
  flags: ['readonly', ...READING_SCRIPT_FLAGS],
  group: 'scripting',
  since: '7.0.0',
  summary: 'Runs a known Lua script by its SHA-1; it may only read.',
  complexity: 'That of the script',
  keys: [RO_KEYS],
  syntax: 'sha1 numkeys [key ...] [arg ...]',
  effects: 'none',
  run(context, [sha, count, ...rest]) {
    checkSha(sha);
    return evaluate(context, () => bySha(context, sha), count, rest, true);
  },
});

/** EVAL and its like. */
export const EVAL_COMMANDS = [evalCommand, evalRo, evalsha, evalshaRo];
