import { cString } from '../../values/c-string';
import type { CommandContext } from '../../execution/command-context';
import type { StreamView, Trim, TrimTarget } from '../../values/stream';
import { formatId, HIGHEST_ID } from '../../values/stream-id';
import type { Uint64 } from '../../values/uint64';
import { int64, isOption } from '../../command/arguments';
import { error, SYNTAX_ERROR } from '../../command/errors';
import { strictId } from './ids';

const TWO_STRATEGIES = error('syntax error, MAXLEN and MINID options at the same time are not compatible');
const LIMIT_WITHOUT_STRATEGY = error('syntax error, LIMIT cannot be used without specifying a trimming strategy');
const LIMIT_WITHOUT_TILDE = error('syntax error, LIMIT cannot be used without the special ~ option');
const NO_STRATEGY = error('syntax error, XTRIM must be called with a trimming strategy');
const NEGATIVE_LENGTH = error('The MAXLEN argument must be >= 0.');
const NEGATIVE_LIMIT = error('The LIMIT argument must be >= 0.');

/** An approximate trim without LIMIT stops after so many nodes, within these bounds of entries. */
const NODES_PER_TRIM = 100;
const DEFAULT_LIMIT = 10_000;
const HIGHEST_LIMIT = 1_000_000;

/** The id XADD is asked to use; `seq` undefined = the next one of that millisecond. */
export interface RequestedId {
  readonly ms: Uint64;
  readonly seq: Uint64 | undefined;
}

/** Options of XADD and XTRIM as they are being read. */
class TrimOptions {
  target: TrimTarget | undefined;
  approximate = false;
  limit: number | undefined;
  thresholdAt = 0;
  readonly limitsAt: number[] = [];

  /** Reads MAXLEN, MINID or LIMIT. @returns the position of the next argument, undefined when there is none of them */
  read(args: readonly string[], at: number): number | undefined {
    const name = args[at] ?? '';
    if (at + 1 >= args.length) return undefined;
    if (isOption(name, 'limit')) {
      const limit = Number(int64(args[at + 1] ?? ''));
      if (limit < 0) throw NEGATIVE_LIMIT;
      this.limit = limit;
      this.limitsAt.push(at);
      return at + 2;
    }
    const byLength = isOption(name, 'maxlen');
    if (!byLength && !isOption(name, 'minid')) return undefined;
    if (this.target !== undefined) throw TWO_STRATEGIES;
    let value = at + 1;
    const mark = args[value] ?? '';
    if (value + 1 < args.length && (isOption(mark, '~') || isOption(mark, '='))) {
      this.approximate = isOption(mark, '~');
      value += 1;
    }
    this.thresholdAt = value;
    this.target = byLength ? { maxLength: lengthArgument(args[value] ?? '') } : { minId: strictId(args[value] ?? '') };
    return value + 1;
  }

  /** The trim asked for, undefined when none was. @throws what does not go together */
  finish(context: CommandContext, required: boolean): Trim | undefined {
    const { target, approximate, limit } = this;
    if (target === undefined && limit !== undefined && limit > 0) throw LIMIT_WITHOUT_STRATEGY;
    if (target === undefined && required) throw NO_STRATEGY;
    if (limit !== undefined && !approximate) throw LIMIT_WITHOUT_TILDE;
    if (target === undefined) return undefined;
    return { target, approximate, limit: approximate ? (limit ?? defaultLimit(context)) : 0 };
  }
}

function defaultLimit(context: CommandContext): number {
  const limit = NODES_PER_TRIM * context.engine.limits['stream-node-max-entries'];
  return limit <= 0 ? DEFAULT_LIMIT : Math.min(limit, HIGHEST_LIMIT);
}

function lengthArgument(text: string): number | bigint {
  const length = int64(text);
  if (length < 0) throw NEGATIVE_LENGTH;
  return length;
}

/**
 * Arguments that asked for an approximate trim, asking for an exact one with the same outcome: how far an approximate one
 * goes depends on how the entries lie in memory.
 * @param stream after it was trimmed
 */
export function exactTrim(
  args: readonly string[],
  { trim, thresholdAt, limitsAt }: AskedTrim,
  stream: StreamView,
): string[] {
  const exact = [...args];
  if (trim?.approximate !== true) return exact;
  exact[thresholdAt - 1] = '=';
  exact[thresholdAt] = 'maxLength' in trim.target ? String(stream.size) : formatId(stream.first() ?? HIGHEST_ID);
  for (const at of limitsAt.toReversed()) exact.splice(at, 2);
  return exact;
}

/** A trim, and where its parts stand among the arguments. */
export interface AskedTrim {
  readonly trim: Trim | undefined;
  readonly thresholdAt: number;
  readonly limitsAt: readonly number[];
}

/** What stands between XADD's key and its fields. */
export interface AddOptions extends AskedTrim {
  readonly id: RequestedId | undefined;
  readonly create: boolean;
  /** Where the fields begin. */
  readonly fieldsAt: number;
}

/** Reads `[NOMKSTREAM] [MAXLEN | MINID ...] id`. @throws syntax errors, invalid stream ID */
export function parseAddOptions(context: CommandContext, args: readonly string[]): AddOptions {
  const options = new TrimOptions();
  let create = true;
  let id: RequestedId | undefined;
  let at = 1;
  while (at < args.length) {
    const word = args[at] ?? '';
    if (isOption(word, '*')) break;
    const next = options.read(args, at);
    if (next !== undefined) {
      at = next;
    } else if (isOption(word, 'nomkstream')) {
      create = false;
      at += 1;
    } else {
      id = requestedId(word);
      break;
    }
  }
  const { thresholdAt, limitsAt } = options;
  return { id, create, trim: options.finish(context, false), thresholdAt, limitsAt, fieldsAt: at + 1 };
}

/** Reads XTRIM's options. @throws syntax errors */
export function parseTrimOptions(
  context: CommandContext,
  args: readonly string[],
): AskedTrim & { readonly trim: Trim } {
  const options = new TrimOptions();
  for (let at = 1; at < args.length;) {
    const next = options.read(args, at);
    if (next === undefined) throw SYNTAX_ERROR;
    at = next;
  }
  const trim = options.finish(context, true);
  if (trim === undefined) throw NO_STRATEGY;
  return { trim, thresholdAt: options.thresholdAt, limitsAt: options.limitsAt };
}

function requestedId(text: string): RequestedId {
  const whole = cString(text);
  if (!whole.endsWith('-*')) return strictId(text);
  const star = whole.length - 1;
  return { ms: strictId(`${text.slice(0, star)}0${text.slice(star + 1)}`).ms, seq: undefined };
}
