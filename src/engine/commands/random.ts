import { int64 } from '../command/arguments';
import { error, OUT_OF_RANGE } from '../command/errors';

const INT64_MAX = 2n ** 63n - 1n;
const COUNT_OUT_OF_RANGE = error(
  `value is out of range, value must between -${String(INT64_MAX)} and ${String(INT64_MAX)}`,
);

/**
 * Picks with repetition that one reply may hold: with their scores they take a quarter of a gigabyte on the way to the
 * client. Redis has no bound and runs out of memory instead.
 */
export const MOST_REPETITIONS = 2 ** 20;
const TOO_MANY_REPETITIONS = error(`count is too large, at most ${String(MOST_REPETITIONS)} picks fit into a reply`);

/**
 * The count of the RANDMEMBER family: a positive one asks for distinct elements, a negative one for so many picks with
 * repetition.
 * @param paired whether each pick answers two values, which halves the range Redis allows
 */
export function randomCount(text: string, paired: boolean): number {
  const value = BigInt(int64(text));
  if (value < -INT64_MAX) throw COUNT_OUT_OF_RANGE;
  if (paired && (value < -INT64_MAX / 2n || value > INT64_MAX / 2n)) throw OUT_OF_RANGE;
  return Number(value);
}

/** So many picks with repetition, one call each. @throws when no reply could hold them */
export function repeatPicks<Pick>(count: number, pick: () => Pick): Pick[] {
  if (count > MOST_REPETITIONS) throw TOO_MANY_REPETITIONS;
  const picks: Pick[] = [];
  for (let left = count; left > 0; left--) picks.push(pick());
  return picks;
}

/** So many different positions below `size`. */
export function distinctIndexes(size: number, count: number, random: () => number): number[] {
  if (count * 3 > size) {
    const indexes = Array.from({ length: size }, (_, index) => index);
    for (let i = 0; i < count; i++) {
      const j = i + Math.floor(random() * (size - i));
      const picked = indexes[j] ?? 0;
      indexes[j] = indexes[i] ?? 0;
      indexes[i] = picked;
    }
    return indexes.slice(0, count);
  }
  const picked = new Set<number>();
  while (picked.size < count) picked.add(Math.floor(random() * size));
  return [...picked];
}
