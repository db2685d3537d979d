/** Negative, 0 or positive, as sorting wants it. */
export type Compare<T> = (a: T, b: T) => number;

/** Up to so many items are sorted by insertion; beyond the second number the pivot is chosen among nine. */
const FEW = 6;
const MANY = 40;
/** Only items put in order to make the sorting slow are parted so often; they are sorted in another way. */
const MOST_DEPTH = 200;

/**
 * Brings the first `wanted` items into order, the others behind them. Redis sorts so where it answers a part only, by
 * the quicksort of Bentley and McIlroy: it is repeated here step by step, because items that compare as equal come out
 * in the order this leaves them in, and which of them are among the first depends on it.
 */
export function partialSort<T>(items: T[], wanted: number, compare: Compare<T>): void {
  sortBetween(items, 0, items.length, wanted, compare, MOST_DEPTH);
}

/** Sorts the items from `start` to before `end`, as far as they are among the first `wanted`. */
function sortBetween<T>(
  items: T[],
  start: number,
  end: number,
  wanted: number,
  compare: Compare<T>,
  depth: number,
): void {
  let from = start;
  for (let left = depth; end - from > FEW && from < wanted; left--) {
    if (left === 0) {
      sortSafely(items, from, end, compare);
      return;
    }
    const [lower, higher] = partition(items, from, end, compare);
    if (lower - from > 1) sortBetween(items, from, lower, wanted, compare, left - 1);
    if (end - higher <= 1) return;
    from = higher;
  }
  if (from < wanted) insertionSort(items, from, end, compare);
}

function sortSafely<T>(items: T[], from: number, end: number, compare: Compare<T>): void {
  for (const [i, item] of items.slice(from, end).sort(compare).entries()) items[from + i] = item;
}

function insertionSort<T>(items: T[], from: number, to: number, compare: Compare<T>): void {
  for (let i = from + 1; i < to; i++)
    for (let j = i; j > from && compare(items[j - 1] as T, items[j] as T) > 0; j--) swap(items, j, j - 1, 1);
}

/** Parts items at a pivot. @returns where the lower ones end, and where the higher ones begin */
function partition<T>(items: T[], from: number, to: number, compare: Compare<T>): [lower: number, higher: number] {
  const compareAt = (a: number, b: number): number => compare(items[a] as T, items[b] as T);
  swap(items, from, pivotOf(from, to, compareAt), 1);
  // Items equal to the pivot gather at both ends: before `left` and after `right`.
  let left = from + 1;
  let rising = from + 1;
  let falling = to - 1;
  let right = to - 1;
  for (;;) {
    for (let order; rising <= falling && (order = compareAt(rising, from)) <= 0; rising++)
      if (order === 0) swap(items, left++, rising, 1);
    for (let order; rising <= falling && (order = compareAt(falling, from)) >= 0; falling--)
      if (order === 0) swap(items, falling, right--, 1);
    if (rising > falling) break;
    swap(items, rising++, falling--, 1);
  }
  const lower = Math.min(left - from, rising - left);
  swap(items, from, rising - lower, lower);
  const higher = Math.min(right - falling, to - right - 1);
  swap(items, rising, to - higher, higher);
  return [from + (rising - left), to - (right - falling)];
}

function pivotOf(from: number, to: number, compareAt: (a: number, b: number) => number): number {
  const count = to - from;
  const middle = from + (count >> 1);
  const last = to - 1;
  const median = (a: number, b: number, c: number): number => {
    if (compareAt(a, b) < 0) return compareAt(b, c) < 0 ? b : compareAt(a, c) < 0 ? c : a;
    return compareAt(b, c) > 0 ? b : compareAt(a, c) < 0 ? a : c;
  };
  if (count === FEW + 1) return middle;
  if (count <= MANY) return median(from, middle, last);
  const step = count >> 3;
  return median(
    median(from, from + step, from + 2 * step),
    median(middle - step, middle, middle + step),
    median(last - 2 * step, last - step, last),
  );
}

/** Exchanges `count` items at one place with as many at another. */
function swap(items: unknown[], a: number, b: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const item = items[a + i];
    items[a + i] = items[b + i];
    items[b + i] = item;
  }
}
