import * as fc from 'fast-check';
import { RankedTree } from '../../../../src/engine/values/ranked-tree';
import { runs } from '../../../support/slice';

/** Three levels deep. */
const SIZE = 6000;

type Change =
  | { readonly kind: 'nudge' | 'move'; readonly at: number; readonly by: number }
  | { readonly kind: 'delete' | 'add'; readonly at: number; readonly score: number }
  | { readonly kind: 'run'; readonly at: number; readonly length: number }
  | { readonly kind: 'thin'; readonly at: number; readonly length: number };

const at = fc.double({ min: 0, max: 0.9999, noNaN: true });
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('nudge' as const), at, by: fc.integer({ min: -3, max: 3 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      at,
      by: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('delete' as const, 'add' as const),
      at,
      score: fc.integer({ min: 0, max: SIZE }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('run' as const), at, length: fc.integer({ min: 0, max: 900 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('thin' as const), at, length: fc.integer({ min: 0, max: 900 }) }),
  },
);

/** What the tree should hold, unsorted. */
class Naive {
  readonly scores = new Map<string, number>();

  sorted(): [string, number][] {
    return [...this.scores].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
  }

  pick(share: number): [string, number] {
    const keys = [...this.scores.keys()];
    const key = keys[Math.floor(share * keys.length)] ?? '';
    return [key, this.scores.get(key) ?? 0];
  }
}

function apply(step: Change, tree: RankedTree, naive: Naive): void {
  const [key, score] = naive.pick(step.at);
  switch (step.kind) {
    case 'nudge':
    case 'move': {
      if (step.by === 0 || naive.scores.size === 0) return;
      tree.move(key, score, score + step.by);
      naive.scores.set(key, score + step.by);
      return;
    }
    case 'delete':
      if (naive.scores.delete(key)) tree.delete(key, score);
      return;
    case 'add': {
      const added = `added ${String(step.at)}`;
      if (naive.scores.has(added)) return;
      tree.add(added, step.score);
      naive.scores.set(added, step.score);
      return;
    }
    case 'run': {
      const start = Math.floor(step.at * naive.scores.size);
      const end = Math.min(naive.scores.size, start + step.length);
      tree.remove(start, end);
      for (const [gone] of naive.sorted().slice(start, end)) naive.scores.delete(gone);
      return;
    }
    case 'thin': {
      // Leaves that lose most of what they have, one by one, are joined.
      const start = Math.floor(step.at * naive.scores.size);
      for (const [i, [gone, was]] of naive
        .sorted()
        .slice(start, start + step.length)
        .entries()) {
        if (i % 5 === 0) continue;
        tree.delete(gone, was);
        naive.scores.delete(gone);
      }
    }
  }
}

function listOf(tree: RankedTree, start: number, end: number, reverse: boolean): [string, number][] {
  const found: [string, number][] = [];
  tree.visit(start, end, reverse, (key, score) => found.push([key, score]));
  return found;
}

function expectSame(tree: RankedTree, naive: Naive): void {
  const sorted = naive.sorted();
  expect(tree.size).toBe(sorted.length);
  expect(listOf(tree, 0, tree.size, false)).toEqual(sorted);
  expect(listOf(tree, 0, tree.size, true)).toEqual(sorted.toReversed());
  for (const [rank, [key, score]] of sorted.entries()) {
    if (tree.rankOf(score, key) !== rank) throw new Error(`wrong rank of ${key}`);
    if (listOf(tree, rank, rank + 1, false)[0]?.[0] !== key) throw new Error(`wrong member of rank ${String(rank)}`);
  }
}

describe('RankedTree', () => {
  it('stays in order, and counts right, through any changes of a deep tree', () => {
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 120, size: 'max' }),
        fc.integer({ min: 1, max: SIZE }),
        (changes, spread) => {
          const naive = new Naive();
          for (let i = 0; i < SIZE; i++) naive.scores.set(`m${String(i)}`, (i * 7919) % spread);
          const tree = RankedTree.of(naive.sorted().map(([key, score]) => ({ key, score })));
          for (const step of changes) apply(step, tree, naive);
          expectSame(tree, naive);
        },
      ),
      { numRuns: runs(25) },
    );
  });

  it('is the same whether it is built at once or one by one, and can be emptied', () => {
    const naive = new Naive();
    const tree = new RankedTree();
    for (let i = 0; i < SIZE; i++) {
      tree.add(`m${String(i)}`, (i * 31) % 977);
      naive.scores.set(`m${String(i)}`, (i * 31) % 977);
    }
    expectSame(tree, naive);
    for (const [key, score] of naive.scores) tree.delete(key, score);
    expectSame(tree, new Naive());
    tree.add('again', 1);
    expect(listOf(tree, 0, 1, false)).toEqual([['again', 1]]);
  });
});
