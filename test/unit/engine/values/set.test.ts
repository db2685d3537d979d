import fc from 'fast-check';
import { SetValue } from '../../../../src/engine/values/set';
import { runs } from '../../../support/slice';

const integers = fc.oneof(
  fc.integer({ min: -20, max: 20 }).map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.constantFrom(
    '9007199254740991',
    '9007199254740992',
    '9007199254740993',
    '9223372036854775807',
    '-9223372036854775808',
  ),
);
const texts = fc.constantFrom(
  'a',
  'b',
  'x'.repeat(255),
  'x'.repeat(256),
  '',
  '01',
  '-0',
  '+1',
  '9223372036854775808',
  '1.0',
);

/** Integers of two, of four and of eight bytes. */
const widths = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: -32_770, max: 32_770 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('-32768', '32767', '-32769', '32768') },
  { weight: 1, arbitrary: fc.constantFrom('-2147483648', '2147483647', '70000') },
  { weight: 1, arbitrary: fc.constantFrom('-2147483649', '2147483648', '9223372036854775807') },
);

interface Change {
  readonly what: 'add' | 'delete' | 'compact';
  readonly member: string;
}

/** Of 7.0, where no set is a listpack. */
const OLD_LIMITS = { 'set-max-intset-entries': 512, 'set-max-listpack-entries': 0, 'set-max-listpack-value': 64 };

const changes = (member: fc.Arbitrary<string>, maxLength = 120) =>
  fc.array(fc.record<Change>({ what: fc.constantFrom('add', 'add', 'delete', 'compact'), member }), { maxLength });

/** Applies changes to a set of ours and to one of JavaScript's, comparing every answer. */
function build(steps: readonly Change[], limit = 512): { readonly set: SetValue; readonly model: Set<string> } {
  const set = new SetValue({ ...OLD_LIMITS, 'set-max-intset-entries': limit });
  const model = new Set<string>();
  for (const { what, member } of steps) {
    if (what === 'add') {
      expect(set.add(member)).toBe(!model.has(member));
      model.add(member);
    } else if (what === 'delete') {
      expect(set.delete(member)).toBe(model.delete(member));
    } else {
      const { bytes } = set;
      set.compact();
      expect(set.bytes).toBe(bytes);
    }
  }
  return { set, model };
}

const ascending = (members: Iterable<string>) =>
  [...members]
    .map(BigInt)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .map(String);

describe('SetValue', () => {
  it('holds exactly what was added and not deleted, in either encoding', () => {
    fc.assert(
      fc.property(changes(fc.oneof(integers, texts)), fc.constantFrom(0, 5, 512), (steps, limit) => {
        const { set, model } = build(steps, limit);
        expect(set.size).toBe(model.size);
        expect(new Set(set.members())).toEqual(model);
        for (const member of [...model, 'a', '1', '01']) expect(set.has(member)).toBe(model.has(member));
        const scanned: string[] = [];
        let cursor = 0;
        do cursor = set.scan(cursor, 3, (member) => scanned.push(member));
        while (cursor !== 0);
        expect(scanned.sort()).toEqual([...model].sort());
        const copy = set.clone();
        expect([copy.encoding, copy.members().sort()]).toEqual([set.encoding, [...model].sort()]);
        // It may have room in a smaller form than one that shrank.
        expect(copy.bytes).toBeLessThanOrEqual(set.bytes);
      }),
      { numRuns: runs(300) },
    );
  });

  it('keeps integers in ascending order while they are few', () => {
    fc.assert(
      fc.property(changes(integers), (steps) => {
        const { set, model } = build(steps);
        expect(set.encoding).toBe('intset');
        expect(set.members()).toEqual(ascending(model));
        expect(set.at(0)).toBe(ascending(model)[0]);
      }),
    );
  });

  it('keeps many integers of any size', () => {
    const filled = fc
      .integer({ min: 0, max: 200 })
      .map((count) => Array.from({ length: count }, (_, i) => String(i * 150)));
    fc.assert(
      fc.property(filled, changes(widths, 60), (members, steps) => {
        const added = members.map((member): Change => ({ what: 'add', member }));
        const { set, model } = build([...added, ...steps]);
        expect(set.encoding).toBe('intset');
        expect(set.members()).toEqual(ascending(model));
        expect(set.members().map((_, i) => set.at(i))).toEqual(set.members());
        expect(set.at(set.size)).toBeUndefined();
        expect(set.clone().members()).toEqual(set.members());
      }),
      { numRuns: runs(300) },
    );
  });

  it('pops every member once', () => {
    fc.assert(
      fc.property(
        changes(fc.oneof(integers, texts)),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (steps, random) => {
          const { set, model } = build(steps);
          const popped: (string | undefined)[] = [];
          while (set.size > 0) popped.push(set.pop(() => random));
          expect(popped.sort()).toEqual([...model].sort());
          expect(set.pop(() => random)).toBeUndefined();
        },
      ),
    );
  });

  it('never goes back to the compact encoding, unless it is filled anew', () => {
    const set = SetValue.of(['1', 'x', '2'], OLD_LIMITS);
    set.delete('x');
    expect(set.encoding).toBe('hashtable');
    set.replaceBy(['2', '1']);
    expect([set.encoding, set.members()]).toEqual(['intset', ['1', '2']]);
  });
});
