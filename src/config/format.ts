import { printDuration, UNITS_MS } from '../errors';

export { printDuration };

/**
 * A kind of value a setting can have: how it is written, read and described. `Input` is what may be written for it in
 * code.
 */
export interface Format<T, Input = T> {
  readonly name: string;
  /** Never set: it carries the type. */
  readonly input?: Input;
  /** Completes "expected ...": what to write, with an example. */
  readonly expected: string;
  /**
   * Reads what a file, variable, flag or argument holds; the last two always give text.
   * @throws RangeError saying what is wrong with the value, without repeating it
   */
  parse(value: unknown): T;
  /** Writes a value as a user would. Default: as it is. */
  print?(value: T): unknown;
  /** The value in `schemas/config.json`. */
  readonly jsonSchema: Readonly<Record<string, unknown>>;
}

const UNITS_BYTES = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 } as const;

/** Any text; numbers in a file must be quoted, or `007` would become 7. */
export const text: Format<string> = {
  name: 'text',
  expected: 'text (put it in quotes)',
  parse(value) {
    if (typeof value !== 'string') throw new RangeError(`is ${kindOf(value)}, not text`);
    return value;
  },
  jsonSchema: { type: 'string' },
};

/** `true` or `false`. */
export const flag: Format<boolean> = {
  name: 'flag',
  expected: 'true or false',
  parse(value) {
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw new RangeError('is neither true nor false');
  },
  jsonSchema: { type: 'boolean' },
};

const SECRET_KEY = '[0-9a-fA-F]{64}|[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=';

/** A key of 32 bytes, or nothing. */
export const secretKey: Format<string> = {
  name: 'secretKey',
  expected: '32 bytes as 64 hexadecimal digits or in base64, which "openssl rand -hex 32" makes',
  parse(value) {
    if (typeof value !== 'string') throw new RangeError(`is ${kindOf(value)}, not text (put it in quotes)`);
    if (value !== '' && !new RegExp(`^(${SECRET_KEY})$`).test(value)) throw new RangeError('is not a key of 32 bytes');
    return value;
  },
  jsonSchema: { type: 'string', pattern: `^(|${SECRET_KEY})$` },
};

/** A whole number within limits. */
export function integer({ min, max }: { readonly min: number; readonly max: number }): Format<number, number | string> {
  return {
    name: 'integer',
    expected: `a whole number from ${String(min)} to ${String(max)}`,
    parse(value) {
      const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw new RangeError('is not a whole number');
      if (number < min || number > max) throw new RangeError('is out of range');
      return number;
    },
    jsonSchema: { type: 'integer', minimum: min, maximum: max },
  };
}

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[]): Format<T> {
  const shown = words.map((word) => (word === '' ? 'nothing ("")' : word)).join(', ');
  return {
    name: 'choice',
    expected: `one of: ${shown}`,
    parse(value) {
      const found = words.find((word) => word === value);
      if (found === undefined) throw new RangeError('is not one of the possible values');
      return found;
    },
    jsonSchema: { enum: words },
  };
}

/** A span of time, in milliseconds. Written with a unit; only 0 may go without. */
export function duration({ min = 0 }: { readonly min?: number } = {}): Format<number, string | 0> {
  const atLeast = min > 0 ? `, at least ${printDuration(min)}` : '';
  return {
    name: 'duration',
    expected: `a duration such as 250ms, 5s, 5m or 1h${atLeast}`,
    parse(value) {
      const ms = parseWithUnit(value, UNITS_MS);
      if (ms === undefined) {
        const unitless = typeof value === 'number' || /^\d+$/.test(String(value));
        throw new RangeError(unitless ? 'has no unit' : 'is not a duration');
      }
      if (ms < min) throw new RangeError('is too short');
      // setTimeout fires at once for anything longer than this.
      if (ms > 2 ** 31 - 1) throw new RangeError('is longer than 24 days');
      return ms;
    },
    print: printDuration,
    jsonSchema: { oneOf: [{ const: 0 }, { type: 'string', pattern: '^(0|\\d+(\\.\\d+)?(ms|s|m|h|d))$' }] },
  };
}

/** A number of bytes; a number without a unit counts bytes. */
export const size: Format<number, number | string> = {
  name: 'size',
  expected: 'a size such as 64kb, 512mb or 1gb',
  parse(value) {
    const unitless = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof unitless === 'number' && Number.isSafeInteger(unitless) && unitless >= 0) return unitless;
    const bytes = parseWithUnit(value, UNITS_BYTES);
    if (bytes === undefined) throw new RangeError('is not a size');
    return bytes;
  },
  print: printSize,
  jsonSchema: {
    oneOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: '^\\d+(\\.\\d+)?([bB]|[kKmMgGtT][bB])?$' },
    ],
  },
};

/** `host:port`, the port optional; IPv6 in brackets. */
export const address: Format<string> = {
  name: 'address',
  expected: 'host:port, such as localhost:6379 or [::1]:6379',
  parse(value) {
    if (typeof value !== 'string') throw new RangeError(`is ${kindOf(value)}, not an address`);
    if (value !== '') parseAddress(value);
    return value;
  },
  jsonSchema: { type: 'string' },
};

/** A Redis URL; empty when not set. Whoever shows one redacts its password. */
export const redisUrl: Format<string> = {
  name: 'url',
  expected: 'redis://[user:password@]host[:port][/db], or rediss:// for TLS',
  parse(value) {
    if (typeof value !== 'string') throw new RangeError(`is ${kindOf(value)}, not a URL`);
    if (value === '') return value;
    if (!URL.canParse(value)) throw new RangeError('is not a URL');
    const { protocol, hostname, pathname } = new URL(value);
    if (protocol !== 'redis:' && protocol !== 'rediss:') throw new RangeError('begins with another scheme');
    if (hostname === '') throw new RangeError('names no host');
    if (!/^(\/\d{0,5})?$/.test(pathname)) throw new RangeError('has a path that is not a database number');
    return value;
  },
  jsonSchema: { type: 'string' },
};

/** The URL of a web service; empty when not set. Whoever shows one redacts its password. */
export const httpUrl: Format<string> = {
  name: 'url',
  expected: 'http://host[:port][/path] or https://...',
  parse(value) {
    if (typeof value !== 'string') throw new RangeError(`is ${kindOf(value)}, not a URL`);
    if (value === '') return value;
    if (!URL.canParse(value)) throw new RangeError('is not a URL');
    if (!/^https?:$/.test(new URL(value).protocol)) throw new RangeError('begins with another scheme');
    return value;
  },
  jsonSchema: { type: 'string' },
};

/** Several addresses; as text separated by commas. */
export const addresses: Format<readonly string[]> = {
  name: 'addresses',
  expected: 'a list of host:port',
  parse(value) {
    const list: unknown = typeof value === 'string' ? splitList(value) : value;
    if (!Array.isArray(list)) throw new RangeError(`is ${kindOf(value)}, not a list`);
    return list.map((entry) => address.parse(entry));
  },
  jsonSchema: { type: 'array', items: { type: 'string' } },
};

function splitList(list: string): string[] {
  return list === '' ? [] : list.split(',').map((part) => part.trim());
}

/** Splits `host:port`. @throws RangeError */
export function parseAddress(value: string, defaultPort = 6379): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/@?#]+))(?::(\d{1,5}))?$/.exec(value);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) throw new RangeError('is not host:port');
  const port = Number(match?.[3] ?? defaultPort);
  if (port < 1 || port > 65_535) throw new RangeError('has a port outside 1..65535');
  return { host, port };
}

/** Bytes as a user writes them: 536870912 is `512mb`. */
export function printSize(bytes: number): string | number {
  if (bytes === 0) return 0;
  const unit = (['tb', 'gb', 'mb', 'kb'] as const).find((candidate) => bytes % UNITS_BYTES[candidate] === 0) ?? 'b';
  return `${String(bytes / UNITS_BYTES[unit])}${unit}`;
}

function parseWithUnit(value: unknown, units: Readonly<Record<string, number>>): number | undefined {
  if (value === 0 || value === '0') return 0;
  if (typeof value !== 'string') return undefined;
  const match = /^(\d+(?:\.\d+)?)\s?([a-z]+)$/i.exec(value);
  const factor = units[match?.[2]?.toLowerCase() ?? ''];
  return factor === undefined ? undefined : Math.round(Number(match?.[1]) * factor);
}

/** The kind of a value in words, for messages that must not show the value itself. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a group of settings';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}
