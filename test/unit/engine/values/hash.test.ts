import fc from 'fast-check';
import { HashValue } from '../../../../src/engine/values/hash';
import { runs } from '../../../support/slice';

const fields = fc.oneof(
  fc.nat({ max: 9 }).map((n) => `f${String(n)}`),
  fc.nat({ max: 99 }).map((n) => `field:${String(n)}`),
  fc.constantFrom('', '\0', '\x05value', 'x'.repeat(64), 'x'.repeat(255), 'x'.repeat(256)),
);
const values = fc.oneof(
  fc.string({ maxLength: 8 }).map((text) => Buffer.from(text).toString('latin1')),
  fc.constantFrom('', 'f1', 'x'.repeat(64), 'y'.repeat(65), 'z'.repeat(255), 'z'.repeat(256)),
);
type Step =
  | readonly ['set' | 'delete', string, string]
  | readonly ['fill', number]
  | readonly ['compact']
  | readonly ['released'];
const steps = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom('set' as const, 'set' as const, 'delete' as const), fields, values),
    fc.tuple(fc.constant('fill' as const), fc.constantFrom(3, 50, 70, 400, 512)),
    fc.constantFrom(['compact'] as const, ['compact'] as const, ['released'] as const),
  ),
  { maxLength: 100 },
);
const limits = fc.record({
  'hash-max-listpack-entries': fc.constantFrom(5, 512),
  'hash-max-listpack-value': fc.constantFrom(64, 1000),
});

/** Applies steps to a hash of ours and to a map, comparing every answer. */
function apply(hash: HashValue, model: Map<string, string>, all: readonly Step[]): void {
  for (const step of all) {
    if (step[0] === 'released') {
      // As RENAME does before it stores the value under the other key.
      hash.released();
    } else if (step[0] === 'compact') {
      const { bytes } = hash;
      hash.compact();
      // The keyspace sums up the bytes when a command ends; a form taken between commands must not change them.
      expect(hash.bytes).toBe(bytes);
    } else if (step[0] === 'fill') {
      const pairs = Array.from({ length: step[1] }, (_, i) => [`field:${String(i)}`, `v${String(i % 7)}`]);
      expect(hash.setAll(pairs.flat())).toBe(pairs.filter(([field = '']) => !model.has(field)).length);
      for (const [field = '', value = ''] of pairs) model.set(field, value);
    } else if (step[0] === 'set') {
      expect(hash.set(step[1], step[2])).toBe(!model.has(step[1]));
      model.set(step[1], step[2]);
    } else {
      expect(hash.delete(step[1])).toBe(model.delete(step[1]));
    }
  }
}

function expectEqual(hash: HashValue, model: ReadonlyMap<string, string>): void {
  expect(hash.size).toBe(model.size);
  const pairs = [...model].flat();
  if (hash.encoding === 'listpack') {
    expect(hash.pairs()).toEqual(pairs);
    expect(hash.fields()).toEqual([...model.keys()]);
    expect(hash.values()).toEqual([...model.values()]);
  }
  const found = hash.pairs();
  expect(new Map(found.map((part, i) => [part, found[i + 1] ?? ''] as const).filter((_, i) => i % 2 === 0))).toEqual(
    model,
  );
  const asked = [...model.keys(), 'f1', 'no field', ''];
  expect(asked.filter((field) => hash.get(field) !== model.get(field))).toEqual([]);
  expect(asked.filter((field) => hash.has(field) !== model.has(field))).toEqual([]);
  const scanned = new Map<string, string>();
  let cursor = 0;
  do cursor = hash.scan(cursor, 3, (field, value) => scanned.set(field, value));
  while (cursor !== 0);
  expect(scanned).toEqual(model);
  if (model.size > 0) expect([...model]).toContainEqual(hash.random(() => 0.99));
}

describe('HashValue', () => {
  it('holds what was set and not deleted, in the order of insertion while it is small, in every form', () => {
    fc.assert(
      fc.property(steps, limits, fc.boolean(), (all, limit, packed) => {
        const hash = new HashValue(limit);
        const model = new Map<string, string>();
        apply(hash, model, all);
        if (packed) hash.compact();
        const copy = hash.clone();
        expect([copy.encoding, copy.bytes > 0]).toEqual([hash.encoding, true]);
        expectEqual(hash, model);
        expectEqual(copy, model);
        hash.set('only here', '1');
        expect(copy.has('only here')).toBe(false);
      }),
      { numRuns: runs(100) },
    );
  });

  it('sets many fields as it sets one', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.tuple(fields, values), { maxLength: 90 }), limits, (all, pairs, limit) => {
        const [one, many] = [new HashValue(limit), new HashValue(limit)];
        const model = new Map<string, string>();
        apply(one, new Map(), all);
        apply(many, model, all);
        many.compact();
        const added = pairs.filter(([field, value]) => one.set(field, value)).length;
        expect(many.setAll(['key', ...pairs.flat()], 1)).toBe(added);
        for (const [field, value] of pairs) model.set(field, value);
        expectEqual(many, model);
        expect([many.encoding, many.bytes]).toEqual([one.encoding, one.bytes]);
      }),
      { numRuns: runs(100) },
    );
  });

  it('takes its small form again when thousands of others came into use', () => {
    const limit = { 'hash-max-listpack-entries': 512, 'hash-max-listpack-value': 64 };
    const model = new Map(Array.from({ length: 20 }, (_, i) => [`field ${String(i)}`, `value ${String(i)}`]));
    const hash = new HashValue(limit);
    hash.setAll([...model].flat());
    for (let i = 0; i < 10_000; i++) new HashValue(limit).set('a', 'b');
    expectEqual(hash, model);
  });
});
