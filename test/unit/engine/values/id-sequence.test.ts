import * as fc from 'fast-check';
import { IdSequence } from '../../../../src/engine/values/id-sequence';
import type { StreamId } from '../../../../src/engine/values/stream-id';
import { runs } from '../../../support/slice';

const id = (n: number): StreamId => ({ ms: n >> 2, seq: n & 3 });
const number = ({ ms, seq }: StreamId) => Number(ms) * 4 + Number(seq);

const changes = fc.oneof(
  { weight: 3, arbitrary: fc.record({ add: fc.integer({ min: 0, max: 3000 }) }) },
  { weight: 2, arbitrary: fc.record({ delete: fc.integer({ min: 0, max: 3000 }) }) },
);

describe('IdSequence', () => {
  it('stays the same as a sorted set of numbers, whatever the order of changes', () => {
    const ascending = fc.constantFrom(0, 50, 700).map((count) => Array.from({ length: count }, (_, i) => i * 4));
    fc.assert(
      fc.property(
        ascending,
        fc.array(changes, { maxLength: 1200, size: 'max' }),
        fc.integer({ min: 0, max: 3000 }),
        (start, sequence, from) => {
          const items = new IdSequence<StreamId>();
          const naive = new Set(start);
          for (const n of start) items.add(id(n));
          for (const change of sequence) {
            if ('delete' in change) expect(items.delete(id(change.delete))).toBe(naive.delete(change.delete));
            else if (!naive.has(change.add)) {
              items.add(id(change.add));
              naive.add(change.add);
            }
          }
          const expected = [...naive].sort((a, b) => a - b);
          expect([...items].map(number)).toEqual(expected);
          expect([items.size, items.first(), items.last()]).toEqual([
            expected.length,
            expected.length > 0 ? id(expected[0] ?? 0) : undefined,
            expected.length > 0 ? id(expected.at(-1) ?? 0) : undefined,
          ]);
          const visited: number[] = [];
          items.visit(id(from), (item) => visited.push(number(item)) < 300);
          expect(visited).toEqual(expected.filter((n) => n >= from).slice(0, 300));
          expect(items.get(id(from)) !== undefined).toBe(naive.has(from));
        },
      ),
      { numRuns: runs(100) },
    );
  });
});
