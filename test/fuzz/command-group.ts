import type { Arbitrary } from 'fast-check';
import fc from 'fast-check';

/** How a reply is compared; see the contract harness. `near` allows numbers to differ by a little time. */
export type Comparison = 'exact' | 'sorted' | 'shape' | 'near' | 'ignore';

/** One generated command. */
export interface FuzzCommand {
  readonly words: readonly string[];
  readonly compare: Comparison;
}

/** What a group of commands brings to the fuzzer: generators by command name. */
export interface CommandGroup {
  readonly name: string;
  readonly commands: Readonly<Record<string, Arbitrary<FuzzCommand>>>;
}

/** A small pool, so that commands meet the same keys with all types. */
export const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', '{tag}x', 'b\x00\xff', '');

/** Mostly ordinary values, some at the edges. */
export const value = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'v',
      'hello',
      'x'.repeat(44),
      'x'.repeat(45),
      'y'.repeat(70),
      '',
      '\x00\xff\r\n',
      'caf\xc3\xa9',
    ),
  },
  { weight: 4, arbitrary: fc.integer({ min: -20, max: 20 }).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '9223372036854775807',
      '-9223372036854775808',
      '9223372036854775808',
      '1.5',
      '-0.25',
      '3.0e2',
      '007',
      '+1',
      ' 1',
      '1 ',
      '-0',
      'nan',
      'inf',
      '-inf',
      '1e400',
      '0x1f',
    ),
  },
);

/** An integer argument: small ones, negative ones, the ends of int64, and texts that are none. */
export const integer = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -12, max: 12 }).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '9223372036854775807',
      '-9223372036854775808',
      '9223372036854775808',
      '4294967296',
      '1.0',
      'abc',
      '',
      '01',
      '+3',
      ' 3',
    ),
  },
);

/** A decimal argument. None that strtod finds out of range: Redis' SORT would still see the errno of it in a later command. */
export const decimal = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .double({ min: -1000, max: 1000, noNaN: true })
      .map((number) => String(Math.round(number * 100) / 100)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'inf',
      '-inf',
      '+inf',
      'nan',
      '1e308',
      '-1e308',
      '0.1',
      '3.0',
      'abc',
      '',
      '1e-10',
      '0x10',
      ' 1',
    ),
  },
);

/** A field, member or element. */
export const member = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('f', 'g', 'h', 'i', 'j', 'k') },
  { weight: 2, arbitrary: fc.integer({ min: -5, max: 30 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('', '\x00', 'z'.repeat(65), '9223372036854775807', '1.0') },
);

/** Seconds to live that cannot run out while a test runs, or have run out already. */
export const seconds = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1000, max: 100_000 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('0', '-1', '9223372036854775807', '-9223372036854775808', 'abc', '1.5', '') },
);

/** A point in time far ahead, or long past, in seconds since the epoch. */
export const futureSeconds = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 33_177_000_000, max: 33_178_000_000 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('0', '-1', '1', '9223372036854775807', 'abc') },
);

/** Words or generators of words, one after the other; arrays spread. */
export function command(
  parts: readonly (string | Arbitrary<string> | Arbitrary<readonly string[]>)[],
  compare: Comparison = 'exact',
): Arbitrary<FuzzCommand> {
  const generators = parts.map((part): Arbitrary<readonly string[]> => {
    if (typeof part === 'string') return fc.constant([part]);
    return (part as Arbitrary<string | readonly string[]>).map((made) => (typeof made === 'string' ? [made] : made)); // either of the two unions
  });
  return fc.tuple(...generators).map((made) => ({ words: made.flat(), compare }));
}

/** Between `least` and `most` of something. */
export function some(arbitrary: Arbitrary<string>, least = 1, most = 4): Arbitrary<readonly string[]> {
  return fc.array(arbitrary, { minLength: least, maxLength: most });
}

/** Pairs, flattened. */
export function pairs(left: Arbitrary<string>, right: Arbitrary<string>, most = 3): Arbitrary<readonly string[]> {
  return fc.array(fc.tuple(left, right), { minLength: 1, maxLength: most }).map((made) => made.flat());
}

/** Some of these options, in any order, now and then twice. Each is a word or a generated list of words. */
export function options(...choices: readonly (string | Arbitrary<readonly string[]>)[]): Arbitrary<readonly string[]> {
  const one = fc.oneof(
    ...choices.map((choice) => (typeof choice === 'string' ? mixedCase(choice).map((word) => [word]) : choice)),
  );
  return fc
    .oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 4, arbitrary: fc.array(one, { maxLength: 1 }) },
      { weight: 3, arbitrary: fc.array(one, { maxLength: 3 }) },
    )
    .map((made) => made.flat());
}

/** An option with its value. */
export function option(name: string, ...values: readonly Arbitrary<string>[]): Arbitrary<readonly string[]> {
  return fc.tuple(mixedCase(name), ...values).map((made) => [...made]);
}

/** Options may be written in any case. */
function mixedCase(word: string): Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(word) },
    { weight: 1, arbitrary: fc.constant(word.toLowerCase()) },
  );
}
