import * as fc from 'fast-check';
import { formats } from '../../../src';

const {
  address,
  addresses,
  duration,
  flag,
  integer,
  oneOf,
  parseAddress,
  printDuration,
  printSize,
  redisUrl,
  size,
  text,
} = formats;

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['5s', 5000],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
    ['5 S', 5000],
    [0, 0],
    ['0', 0],
  ])('reads %p as %p ms', (written, ms) => {
    expect(duration().parse(written)).toBe(ms);
  });

  it.each([
    [5, 'has no unit'],
    ['300', 'has no unit'],
    ['5 weeks', 'is not a duration'],
    ['-5s', 'is not a duration'],
    ['', 'is not a duration'],
    [true, 'is not a duration'],
    ['25d', 'is longer than 24 days'],
  ])('refuses %p: it %s', (written, problem) => {
    expect(() => duration().parse(written)).toThrow(problem);
  });

  it('refuses what is too short, and says the minimum', () => {
    const atLeast = duration({ min: 100 });
    expect(() => atLeast.parse('99ms')).toThrow('is too short');
    expect(atLeast.expected).toContain('at least 100ms');
  });

  it('are written so that they read the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (ms) => duration().parse(printDuration(ms)) === ms),
    );
  });
});

describe('sizes', () => {
  it.each([
    ['64kb', 65_536],
    ['512MB', 536_870_912],
    ['1gb', 1_073_741_824],
    ['1.5kb', 1536],
    ['100b', 100],
    ['100', 100],
    [4096, 4096],
    [0, 0],
  ])('reads %p as %p bytes', (written, bytes) => {
    expect(size.parse(written)).toBe(bytes);
  });

  it.each(['lots', '5 apples', -1, 1.5, '', null])('refuses %p', (written) => {
    expect(() => size.parse(written)).toThrow('is not a size');
  });

  it('are written so that they read the same', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (bytes) => size.parse(printSize(bytes)) === bytes));
  });
});

describe('addresses', () => {
  it.each([
    ['localhost:6379', 'localhost', 6379],
    ['redis', 'redis', 6379],
    ['10.0.0.1:7000', '10.0.0.1', 7000],
    ['[::1]:6380', '::1', 6380],
    ['[fe80::1]', 'fe80::1', 6379],
  ])('%s is host %s, port %d', (written, host, port) => {
    expect(parseAddress(written)).toEqual({ host, port });
    expect(address.parse(written)).toBe(written);
  });

  it.each(['redis://host', 'host:port', '::1', 'user@host:1', 'host:0', 'host:65536', 'a b', 'host:1/2'])(
    'refuses %s',
    (written) => {
      expect(() => address.parse(written)).toThrow(RangeError);
    },
  );

  it('come as a list, or as text with commas', () => {
    expect(addresses.parse('a:1, b:2')).toEqual(['a:1', 'b:2']);
    expect(addresses.parse(['a:1'])).toEqual(['a:1']);
    expect(() => addresses.parse(['a:1', 5])).toThrow('not an address');
    expect(() => addresses.parse(5)).toThrow('not a list');
  });
});

describe('Redis URLs', () => {
  it.each(['redis://h', 'redis://u:p%40@h:1/3', 'rediss://[::1]:6380', 'redis://h/', ''])('accepts %p', (written) => {
    expect(redisUrl.parse(written)).toBe(written);
  });

  it.each([
    ['http://h', 'begins with another scheme'],
    ['localhost:6379', 'begins with another scheme'],
    ['nonsense', 'is not a URL'],
    ['redis://', 'names no host'],
    ['redis://h/db', 'has a path that is not a database number'],
    [6379, 'is a number, not a URL'],
  ])('refuses %p: it %s', (written, problem) => {
    expect(() => redisUrl.parse(written)).toThrow(problem);
  });
});

describe('the other formats', () => {
  it('read what variables and flags give as text', () => {
    expect(integer({ min: 0, max: 15 }).parse('7')).toBe(7);
    expect(flag.parse('true')).toBe(true);
    expect(flag.parse('false')).toBe(false);
  });

  it.each([
    [integer({ min: 0, max: 15 }), 16, 'is out of range'],
    [integer({ min: 0, max: 15 }), 'seven', 'is not a whole number'],
    [integer({ min: 0, max: 15 }), 1.5, 'is not a whole number'],
    [flag, 'yes', 'is neither true nor false'],
    [text, 12345, 'is a number, not text'],
    [oneOf(['a', 'b']), 'c', 'is not one of the possible values'],
  ])('refuse what they cannot mean', (format, written, problem) => {
    expect(() => format.parse(written)).toThrow(problem);
  });
});
