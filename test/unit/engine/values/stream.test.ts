import * as fc from 'fast-check';
import { StreamValue, type Trim } from '../../../../src/engine/values/stream';
import { toUint64 } from '../../../../src/engine/values/uint64';
import { compareIds, HIGHEST_ID, LOWEST_ID, type StreamId } from '../../../../src/engine/values/stream-id';
import { runs } from '../../../support/slice';

const LIMITS = { 'stream-node-max-bytes': 4096, 'stream-node-max-entries': 4 };

/** Ids from 0 on; of the time of day; so large that they are no safe numbers. */
const BASES = [0n, 1_790_000_000_000n, 2n ** 53n - 2n, 2n ** 63n];
let base = 0n;

const id = (n: number): StreamId => ({ ms: toUint64(base + BigInt(Math.floor(n / 3))), seq: n % 3 });

/** The same, without any structure. */
class NaiveStream {
  entries: { readonly id: StreamId; readonly fields: readonly string[] }[] = [];

  between(start: StreamId, end: StreamId): NaiveStream['entries'] {
    return this.entries.filter((entry) => compareIds(entry.id, start) >= 0 && compareIds(entry.id, end) <= 0);
  }

  /** Exact trims only: approximate ones are about nodes, which this has none of. */
  trim({ target }: Trim): number {
    const before = this.entries.length;
    this.entries =
      'maxLength' in target
        ? this.entries.slice(Math.max(0, before - Number(target.maxLength)))
        : this.entries.filter((entry) => compareIds(entry.id, target.minId) >= 0);
    return before - this.entries.length;
  }
}

type Change =
  | { readonly kind: 'add'; readonly gap: number; readonly fields: readonly string[] }
  | { readonly kind: 'delete'; readonly at: number }
  | { readonly kind: 'compact' }
  | { readonly kind: 'trim'; readonly target: 'length' | 'id'; readonly at: number; readonly approximate: boolean };

const changes: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      gap: fc.integer({ min: 1, max: 5 }),
      fields: fc.constantFrom(
        ['f', 'v'],
        ['f', '1', 'g', '2'],
        ['f', 'x'.repeat(2000)],
        ['', ''],
        ['f', '\xff'.repeat(70_000)],
      ),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'compact' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('trim' as const),
      target: fc.constantFrom('length' as const, 'id' as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      approximate: fc.boolean(),
    }),
  },
);

class Pair {
  readonly stream = new StreamValue(LIMITS);
  readonly naive = new NaiveStream();
  #top = 0;

  apply(change: Change): void {
    if (change.kind === 'add') {
      this.#top += change.gap;
      this.stream.add(id(this.#top), [...change.fields]);
      this.naive.entries.push({ id: id(this.#top), fields: change.fields });
    } else if (change.kind === 'delete') {
      const target = id(Math.floor(change.at * (this.#top + 2)));
      const before = this.naive.entries.length;
      this.naive.entries = this.naive.entries.filter((entry) => compareIds(entry.id, target) !== 0);
      expect(this.stream.delete(target)).toBe(this.naive.entries.length < before);
    } else if (change.kind === 'compact') {
      const { bytes } = this.stream;
      for (const node of this.stream.nodes()) node.compact();
      expect(this.stream.bytes).toBe(bytes);
    } else {
      this.#trim(change);
    }
  }

  #trim({ target, at, approximate }: Change & { kind: 'trim' }): void {
    const trim: Trim = {
      target:
        target === 'length'
          ? { maxLength: Math.floor(at * this.naive.entries.length) }
          : { minId: id(Math.floor(at * this.#top)) },
      approximate,
      limit: 0,
    };
    const would = this.stream.wouldTrim(trim);
    const removed = this.stream.trim(trim);
    expect(would).toBe(removed > 0);
    if (approximate) {
      // Never more than asked for, and the oldest: what is left is checked with everything else.
      const exact = new NaiveStream();
      exact.entries = this.naive.entries;
      expect(removed).toBeLessThanOrEqual(exact.trim(trim));
      this.naive.entries = this.naive.entries.slice(removed);
    } else {
      expect(removed).toBe(this.naive.trim(trim));
    }
  }

  range(start: StreamId, end: StreamId, reverse = false): NaiveStream['entries'] {
    const found: NaiveStream['entries'] = [];
    this.stream.visit(start, end, reverse, ({ ms, seq, fields }) => found.push({ id: { ms, seq }, fields }) > 0);
    return found;
  }
}

describe('StreamValue', () => {
  it('stays the same as a sorted list through random changes, in any range and direction', () => {
    const range = fc.tuple(fc.integer({ min: 0, max: 800 }), fc.integer({ min: 0, max: 800 }));
    fc.assert(
      fc.property(
        fc.array(changes, { maxLength: 400, size: 'max' }),
        fc.array(range, { maxLength: 10 }),
        fc.constantFrom(...BASES),
        (sequence, ranges, of) => {
          base = of;
          const pair = new Pair();
          for (const change of sequence) pair.apply(change);
          const { stream, naive } = pair;
          expect(pair.range(LOWEST_ID, HIGHEST_ID)).toEqual(naive.entries);
          expect([stream.size, stream.first()?.fields, stream.last()?.fields]).toEqual([
            naive.entries.length,
            naive.entries[0]?.fields,
            naive.entries.at(-1)?.fields,
          ]);
          for (const [a, b] of ranges) {
            const expected = naive.between(id(a), id(b));
            expect(pair.range(id(a), id(b))).toEqual(expected);
            expect(pair.range(id(a), id(b), true)).toEqual([...expected].reverse());
          }
        },
      ),
      { numRuns: runs(150) },
    );
  });

  it('accounts for its memory: what was added is given back', () => {
    base = 0n;
    const stream = new StreamValue(LIMITS);
    const empty = stream.bytes;
    for (let i = 1; i <= 100; i++) stream.add(id(i), ['field', 'value']);
    expect(stream.bytes).toBeGreaterThan(empty + 100 * 10);
    for (let i = 1; i <= 50; i += 2) stream.delete(id(i));
    stream.trim({ target: { maxLength: 3 }, approximate: false, limit: 0 });
    stream.trim({ target: { maxLength: 0 }, approximate: true, limit: 0 });
    expect([stream.size, stream.bytes, stream.nodeCount]).toEqual([0, empty, 0]);
  });

  it('gives a copy its own entries, groups and pending entries', () => {
    const stream = new StreamValue(LIMITS);
    for (let i = 1; i <= 10; i++) stream.add(id(i), ['f', String(i)]);
    const group = stream.addGroup('g', id(4), 4);
    group.deliver(id(3), group.addConsumer('c', 5), 6);
    const copy = stream.clone();
    stream.delete(id(3));
    stream.add(id(20), ['f', 'new']);
    group.acknowledge(id(3));
    stream.removeGroup('g');
    expect([copy.size, copy.lastId, copy.get(id(3))?.fields]).toEqual([10, id(10), ['f', '3']]);
    expect(copy.group('g')?.consumer('c')?.pending.get(id(3))).toMatchObject({ deliveredAt: 6, deliveries: 1 });
  });
});
