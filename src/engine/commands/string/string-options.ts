import { int64, normalizeInt64, wordOf } from '../../command/arguments';
import { invalidExpire, SYNTAX_ERROR } from '../../command/errors';

/** How a command gives a time: a span or a point in time, in seconds or milliseconds. */
export type ExpireUnit = 'ex' | 'px' | 'exat' | 'pxat';

const INT64_MAX = 9_223_372_036_854_775_807n;

/**
 * Turns an expiry argument of SET, GETEX, SETEX or PSETEX into milliseconds since the epoch.
 * @param now the command's time, in the same
 * @throws invalid expire time for zero, negative and overflowing values
 */
export function deadline(now: number, command: string, unit: ExpireUnit, text: string): number | bigint {
  const value = BigInt(int64(text));
  const seconds = unit === 'ex' || unit === 'exat';
  if (value <= 0n || (seconds && value > INT64_MAX / 1000n)) throw invalidExpire(command);
  const milliseconds = seconds ? value * 1000n : value;
  const at = unit === 'exat' || unit === 'pxat' ? milliseconds : milliseconds + BigInt(now);
  const exact = normalizeInt64(at);
  if (exact === undefined) throw invalidExpire(command);
  return exact;
}

/** The options SET and GETEX share one parser for. */
export interface StringOptions {
  condition: 'nx' | 'xx' | undefined;
  get: boolean;
  keepTtl: boolean;
  persist: boolean;
  unit: ExpireUnit | undefined;
  /** The argument of `unit`. */
  time: string;
}

const UNITS: ReadonlySet<string> = new Set(['ex', 'px', 'exat', 'pxat']);

/**
 * Reads the options; those of one kind exclude each other, but each may be repeated.
 * @param flags the options without an argument that this command has
 * @throws syntax error
 */
export function parseStringOptions(args: readonly string[], first: number, flags: ReadonlySet<string>): StringOptions {
  const options: StringOptions = {
    condition: undefined,
    get: false,
    keepTtl: false,
    persist: false,
    unit: undefined,
    time: '',
  };
  for (let i = first; i < args.length; i++) {
    const option = wordOf(args[i] ?? '');
    if (UNITS.has(option) && i + 1 < args.length) {
      if (options.keepTtl || options.persist || (options.unit !== undefined && options.unit !== option))
        throw SYNTAX_ERROR;
      options.unit = option as ExpireUnit; // one of UNITS
      options.time = args[++i] ?? '';
    } else if (!flags.has(option) || !setFlag(options, option)) {
      throw SYNTAX_ERROR;
    }
  }
  return options;
}

/** @returns false when the option contradicts an earlier one */
function setFlag(options: StringOptions, option: string): boolean {
  switch (option) {
    case 'nx':
    case 'xx':
      if (options.condition !== undefined && options.condition !== option) return false;
      options.condition = option;
      return true;
    case 'get':
      options.get = true;
      return true;
    case 'keepttl':
      options.keepTtl = true;
      return !options.persist && options.unit === undefined;
    default:
      options.persist = true;
      return !options.keepTtl && options.unit === undefined;
  }
}
