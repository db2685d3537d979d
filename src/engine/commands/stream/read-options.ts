import type { CommandContext } from '../../execution/command-context';
import { choices, integer, isOption } from '../../command/arguments';
import type { ErrorReply } from '../../protocol/reply';
import type { RedisVersion } from '../../redis-version';
import type { FoundKey, KeySpec } from '../../command/definition';
import { checkTimeout } from '../blocking-timeout';
import { error, SYNTAX_ERROR } from '../../command/errors';

const UNBALANCED = error("Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.");

function unbalanced(version: RedisVersion, command: 'xread' | 'xreadgroup'): ErrorReply {
  if (version < '7.2') return UNBALANCED;
  const plain = version < '7.4' ? "an ID or '$'" : "an ID, '+', or '$'";
  const wanted = command === 'xread' ? plain : "an ID or '>'";
  return error(`Unbalanced '${command}' list of streams: for each stream key ${wanted} must be specified.`);
}

const MISSING_GROUP = error('Missing GROUP option for XREADGROUP');
const TIMEOUT_NOT_AN_INTEGER = error('timeout is not an integer or out of range');

const onlyInGroups = (option: string) =>
  error(`The ${option} option is only supported by XREADGROUP. You called XREAD instead.`);

/** So many entries a blocked command answers at most when it names no COUNT. */
const BLOCKED_COUNT = 1000;

/** The keys of XREAD and its like as versions before 8.0 describe them. @param startFrom where `STREAMS` may stand first */
export function streamKeys(startFrom: number): readonly KeySpec[] {
  return [{ flags: 'RO ACCESS', begin: { keyword: 'STREAMS', startFrom }, find: { lastKey: -1, step: 1, limit: 2 } }];
}

/** How many arguments follow an option before `STREAMS`. */
const READ_OPTIONS = choices({ block: 1, count: 1, group: 2, noack: 0 });

/** The keys of XREAD and its like by what their options say; none where they make no sense. */
export function keysOfRead(args: readonly string[]): FoundKey[] {
  for (let i = 0; i < args.length; i++) {
    const word = (args[i] ?? '').toLowerCase();
    if (word === 'streams') {
      const after = args.length - 1 - i;
      if (after % 2 === 1) return [];
      return Array.from({ length: after / 2 }, (_, at) => ({ position: i + 2 + at, flags: 'RO ACCESS' }));
    }
    const skipped = READ_OPTIONS.get(word);
    if (skipped === undefined) return [];
    i += skipped;
  }
  return [];
}

/** What XREAD and XREADGROUP are asked for. */
export interface ReadOptions {
  /** Entries per stream; Infinity = all. */
  readonly count: number;
  /** The same once the command has waited. */
  readonly blockedCount: number;
  /** Milliseconds, 0 = for ever; undefined = do not wait. */
  readonly timeout: number | undefined;
  readonly group: { readonly name: string; readonly consumer: string } | undefined;
  readonly noAck: boolean;
  readonly keys: readonly string[];
  readonly ids: readonly string[];
}

/** Reads everything up to the list of streams. @throws syntax errors and what is wrong with a number */
export function parseReadOptions(
  context: CommandContext,
  args: readonly string[],
  command: 'xread' | 'xreadgroup',
): ReadOptions {
  const inGroup = command === 'xreadgroup';
  let count = 0;
  let timeout: number | undefined;
  let group: ReadOptions['group'];
  let noAck = false;
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    const more = args.length - 1 - i;
    if (isOption(word, 'block') && more > 0) {
      if (context.inScript && context.engine.version < '7.2')
        throw error(`${context.typedName} command is not allowed with BLOCK option from scripts`);
      timeout = blockingMilliseconds(context, args[++i] ?? '');
    } else if (isOption(word, 'count') && more > 0) {
      count = Math.max(0, integer(args[++i] ?? ''));
    } else if (isOption(word, 'streams') && more > 0) {
      if (more % 2 === 1) throw unbalanced(context.engine.version, command);
      if (inGroup && group === undefined) throw MISSING_GROUP;
      const streams = args.slice(i + 1);
      const limits = count === 0 ? { count: Infinity, blockedCount: BLOCKED_COUNT } : { count, blockedCount: count };
      return { ...limits, timeout, group, noAck, keys: streams.slice(0, more / 2), ids: streams.slice(more / 2) };
    } else if (isOption(word, 'group') && more >= 2) {
      if (!inGroup) throw onlyInGroups('GROUP');
      group = { name: args[i + 1] ?? '', consumer: args[i + 2] ?? '' };
      i += 2;
    } else if (isOption(word, 'noack')) {
      if (!inGroup) throw onlyInGroups('NOACK');
      noAck = true;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  throw SYNTAX_ERROR;
}

/** A timeout in milliseconds. @throws not an integer, negative */
function blockingMilliseconds({ engine, now }: CommandContext, text: string): number {
  const timeout = integer(text, TIMEOUT_NOT_AN_INTEGER);
  checkTimeout(engine.version, BigInt(timeout), now);
  return timeout;
}
