import { error } from '../command/errors';
import { splitWords } from '../protocol/request-parser';

/** What a script says about itself in its `#!lua` line. */
export type ScriptFlag = 'no-writes' | 'allow-oom' | 'allow-stale' | 'no-cluster' | 'allow-cross-slot-keys';

/** In the order FUNCTION LIST gives them. */
export const SCRIPT_FLAG_NAMES: readonly ScriptFlag[] = [
  'no-writes',
  'allow-oom',
  'allow-stale',
  'no-cluster',
  'allow-cross-slot-keys',
];

const FLAGS: ReadonlySet<string> = new Set(SCRIPT_FLAG_NAMES);

/** Whether a word is a flag that scripts may declare. */
export const isScriptFlag = (name: string): name is ScriptFlag => FLAGS.has(name);

/** A script's source, taken apart. */
export interface ScriptSource {
  /** Lua; the lines keep their numbers. */
  readonly body: string;
  /** Nothing for a script without a `#!` line: it runs by the rules from before Redis 7. */
  readonly flags: ReadonlySet<ScriptFlag> | undefined;
}

/** Where the first line ends; undefined when it does not, or has a zero byte, at which C's texts end. */
function endOfFirstLine(source: string): number | undefined {
  const end = source.indexOf('\n');
  return end < 0 || source.slice(0, end).includes('\0') ? undefined : end;
}

/** Reads the `#!lua flags=...` line of EVAL and SCRIPT LOAD. @throws ErrorReply */
export function parseShebang(source: string): ScriptSource {
  if (!source.startsWith('#!')) return { body: source, flags: undefined };
  const end = endOfFirstLine(source);
  if (end === undefined) throw error('Invalid script shebang');
  const [engine, ...options] = splitWords(source.slice(0, end)) ?? [];
  if (engine === undefined) throw error('Invalid engine in script shebang');
  if (engine !== '#!lua') throw error(`Unexpected engine in script shebang: ${engine}`);
  const flags = new Set<ScriptFlag>();
  for (const option of options) {
    if (!option.startsWith('flags=')) throw error(`Unknown lua shebang option: ${option}`);
    const list = option.slice('flags='.length);
    for (const flag of list === '' ? [] : list.split(',')) {
      if (!isScriptFlag(flag)) throw error(`Unexpected flag in script shebang: ${flag}`);
      flags.add(flag);
    }
  }
  return { body: source.slice(end), flags };
}

/** A function library's source, taken apart. */
export interface LibrarySource {
  readonly name: string;
  readonly body: string;
}

/** Names of libraries and functions. */
export const NAME_RULE =
  'Library names can only contain letters, numbers, or underscores(_) and must be at least one character long';

/** Whether libraries and functions may be called so. */
export const isValidName = (name: string): boolean => /^\w+$/.test(name);

/** Reads the `#!lua name=...` line of FUNCTION LOAD. @throws ErrorReply */
export function parseLibrary(source: string): LibrarySource {
  if (!source.startsWith('#!')) throw error('Missing library metadata');
  const end = endOfFirstLine(source);
  if (end === undefined) throw error('Invalid library metadata');
  const [engine, ...options] = splitWords(source.slice(0, end)) ?? [];
  if (engine === undefined) throw error('Invalid library metadata');
  let name: string | undefined;
  for (const option of options) {
    if (!option.toLowerCase().startsWith('name=')) throw error(`Invalid metadata value given: ${option}`);
    if (name !== undefined) throw error('Invalid metadata value, name argument was given multiple times');
    name = option.slice('name='.length);
  }
  if (name === undefined) throw error('Library name was not given');
  if (!isValidName(name)) throw error(NAME_RULE);
  const engineName = engine.slice(2);
  if (engineName.toLowerCase() !== 'lua') throw error(`Engine '${engineName}' not found`);
  return { name, body: source.slice(end) };
}
