import * as fc from 'fast-check';
import { SortedSetValue, type LexBound, type RankRange } from '../../../../src/engine/values/sorted-set';
import { runs } from '../../../support/slice';

const LIMITS = { 'zset-max-listpack-entries': 8, 'zset-max-listpack-value': 64 };
/** So large that a set stays compact, with names and numbers of every length. */
const ROOMY_LIMITS = { 'zset-max-listpack-entries': 10_000, 'zset-max-listpack-value': 100_000 };

/** The same, without any structure: a map, sorted whenever it is asked. */
class NaiveSortedSet {
  readonly scores = new Map<string, number>();

  sorted(): [string, number][] {
    return [...this.scores].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
  }

  deleteRange({ start, end }: RankRange): void {
    for (const [name] of this.sorted().slice(start, Math.max(start, end))) this.scores.delete(name);
  }
}

function listOf(
  set: SortedSetValue,
  range: RankRange = { start: 0, end: set.size },
  reverse = false,
): [string, number][] {
  const members: [string, number][] = [];
  set.visit(range, reverse, (name, score) => {
    members.push([name, score]);
  });
  return members;
}

type Change =
  | { readonly kind: 'set'; readonly name: string; readonly score: number }
  | { readonly kind: 'delete'; readonly name: string }
  | { readonly kind: 'deleteRange'; readonly from: number; readonly length: number };

const names = fc.integer({ min: 0, max: 2000 }).map((n) => `m${String(n)}`);
const scores = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -20, max: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(0.5, 1e300, Infinity, -Infinity) },
);
const changes = fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('set' as const), name: names, score: scores }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('delete' as const), name: names }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('deleteRange' as const),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 0, max: 200 }),
    }),
  },
);

const oddNames = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map(String),
  fc.constantFrom('', 'a', '\xff'.repeat(3), 'n'.repeat(254), 'n'.repeat(255), 'n'.repeat(256), 'n'.repeat(20_000)),
);
const oddScores = fc.oneof(
  scores,
  fc.constantFrom(
    239,
    240,
    255,
    256,
    32_767,
    32_768,
    -1,
    -128,
    -32_768,
    -32_769,
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    1e15,
  ),
  fc.double({ noNaN: true }).map((score) => score + 0),
);

function apply(change: Change, set: SortedSetValue, naive: NaiveSortedSet): void {
  if (change.kind === 'set') {
    expect(set.set(change.name, change.score)).toBe(!naive.scores.has(change.name));
    naive.scores.set(change.name, change.score);
  } else if (change.kind === 'delete') {
    expect(set.delete(change.name)).toBe(naive.scores.delete(change.name));
  } else {
    const start = Math.floor(change.from * set.size);
    const range = { start, end: Math.min(set.size, start + change.length) };
    set.deleteRange(range);
    naive.deleteRange(range);
  }
}

describe('SortedSetValue', () => {
  it('stays the same as a sorted map through random changes', () => {
    fc.assert(
      fc.property(fc.array(changes, { minLength: 1, maxLength: 1500, size: 'max' }), (sequence) => {
        const set = new SortedSetValue(LIMITS);
        const naive = new NaiveSortedSet();
        for (const change of sequence) apply(change, set, naive);
        const expected = naive.sorted();
        expect(listOf(set)).toEqual(expected);
        expect(set.size).toBe(expected.length);
        for (const [rank, [name, score]] of expected.entries()) {
          if (set.rank(name) !== rank || set.score(name) !== score || set.at(rank)[0] !== name)
            throw new Error(`wrong place of ${name}`);
        }
        expect(listOf(set.clone())).toEqual(expected);
      }),
      { numRuns: runs(60) },
    );
  });

  it('keeps odd names and scores in the compact form, and when it is given up', () => {
    const change = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('set' as const), name: oddNames, score: oddScores }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), name: oddNames }) },
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 200, size: 'max' }), (sequence) => {
        const set = new SortedSetValue(ROOMY_LIMITS);
        const naive = new NaiveSortedSet();
        for (const step of sequence) apply(step, set, naive);
        const expected = naive.sorted().map(([name, score]): [string, number] => [name, score === 0 ? 0 : score]);
        const members = expected.map(([key, score]) => ({ key, score }));
        expect(set.encoding).toBe('listpack');
        expect(listOf(set)).toEqual(expected);
        expect(listOf(SortedSetValue.of(members, ROOMY_LIMITS))).toEqual(expected);
        for (const [rank, [name, score]] of expected.entries()) {
          if (set.rank(name) !== rank || set.score(name) !== score) throw new Error(`wrong place of ${name}`);
        }
        set.expand();
        expect([set.encoding, set.table?.size]).toEqual(['skiplist', expected.length]);
        expect(listOf(set, undefined, true)).toEqual(expected.reverse());
      }),
      { numRuns: runs(200) },
    );
  });

  it.each([LIMITS, ROOMY_LIMITS])('finds ranges of ranks and scores in both directions, %j', (limits) => {
    const bound = fc.record({ score: scores, exclusive: fc.boolean() });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(names, scores), { selector: ([name]) => name, maxLength: 600, size: 'max' }),
        bound,
        bound,
        fc.boolean(),
        (members, low, high, reverse) => {
          const set = new SortedSetValue(limits);
          const naive = new NaiveSortedSet();
          for (const [name, score] of members) apply({ kind: 'set', name, score }, set, naive);
          const expected = naive
            .sorted()
            .filter(
              ([, score]) =>
                (low.exclusive ? score > low.score : score >= low.score) &&
                (high.exclusive ? score < high.score : score <= high.score),
            );
          if (reverse) expected.reverse();
          expect(listOf(set, set.scoreRange(low, high), reverse)).toEqual(expected);
        },
      ),
    );
  });

  it.each([LIMITS, ROOMY_LIMITS])('finds ranges of names where scores are equal, %j', (limits) => {
    const bound: fc.Arbitrary<LexBound> = fc.record({ name: names, exclusive: fc.boolean() });
    fc.assert(
      fc.property(
        fc.uniqueArray(names, { maxLength: 600, size: 'max' }),
        bound,
        bound,
        fc.boolean(),
        (members, low, high, reverse) => {
          const set = new SortedSetValue(limits);
          for (const name of members) set.set(name, 1);
          const expected = members
            .filter(
              (name) =>
                (low.exclusive ? name > low.name : name >= low.name) &&
                (high.exclusive ? name < high.name : name <= high.name),
            )
            .sort();
          if (reverse) expected.reverse();
          expect(listOf(set, set.lexRange(low, high, reverse), reverse).map(([name]) => name)).toEqual(expected);
        },
      ),
    );
  });

  it('scans every member that stays, whatever is removed in between', () => {
    const set = new SortedSetValue(LIMITS);
    for (let i = 0; i < 1000; i++) set.set(`m${String(i)}`, i);
    const seen = new Set<string>();
    let cursor = 0;
    let removed = 0;
    do {
      cursor = set.scan(cursor, 10, (name) => seen.add(name));
      set.delete(`m${String(removed++ * 7)}`);
    } while (cursor !== 0);
    const stayed = listOf(set).map(([name]) => name);
    expect(stayed.length).toBeGreaterThan(800);
    expect(stayed.filter((name) => !seen.has(name))).toEqual([]);
  });

  it('reports its encoding as Redis does, one way', () => {
    const set = new SortedSetValue(LIMITS);
    for (let i = 0; i < 8; i++) set.set(`m${String(i)}`, i);
    expect(set.encoding).toBe('listpack');
    set.set('one more', 1);
    expect(set.encoding).toBe('skiplist');
    for (let i = 0; i < 8; i++) set.delete(`m${String(i)}`);
    expect([set.size, set.encoding, set.clone().encoding]).toEqual([1, 'skiplist', 'skiplist']);
  });

  it.each([LIMITS, ROOMY_LIMITS])('accounts for its memory: what was added is given back, %j', (limits) => {
    const set = new SortedSetValue(limits);
    if (limits === LIMITS) set.expand();
    const empty = set.bytes;
    for (let i = 0; i < 100; i++) set.set(`m${String(i)}`, i);
    expect(set.bytes).toBeGreaterThan(empty + 100 * 4);
    set.deleteRange({ start: 0, end: 100 });
    expect([set.size, set.bytes]).toEqual([0, empty]);
  });

  it.each([8, 300])('takes a name once that is among %d members twice, so that who reads them can tell', (count) => {
    const members = Array.from({ length: count }, (_, i) => ({ key: `m${String(i)}`, score: i }));
    const set = SortedSetValue.of([...members, { key: 'm1', score: count }], {
      ...LIMITS,
      'zset-max-listpack-entries': 9,
    });
    expect([set.size, listOf(set).length]).toEqual([count, count]);
    expect(set.delete('m1')).toBe(true);
    expect([set.has('m1'), listOf(set).length]).toEqual([false, count - 1]);
  });

  it('answers names that do not depend on the set', () => {
    const set = new SortedSetValue(LIMITS);
    set.set('a name of more than thirteen characters', 1);
    set.set('another such name, kept by who asked', 2);
    const before = listOf(set);
    set.delete('a name of more than thirteen characters');
    set.set('a third one that is written where they were', 0);
    expect(before.map(([name]) => name)).toEqual([
      'a name of more than thirteen characters',
      'another such name, kept by who asked',
    ]);
  });
});
