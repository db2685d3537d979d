import type { ListEnd } from '../../values/list';
import { wordOf } from '../../command/arguments';
import { SYNTAX_ERROR } from '../../command/errors';

/** LEFT or RIGHT, in any case. @throws syntax error */
export function listEnd(text: string): ListEnd {
  const end = wordOf(text);
  if (end !== 'left' && end !== 'right') throw SYNTAX_ERROR;
  return end;
}

/**
 * Turns LRANGE's pair of inclusive positions, negative ones counted from the end, into a half-open range within a list.
 * @returns `[0, 0]` when nothing lies in it
 */
export function rangeWithin(size: number, first: number, last: number): readonly [start: number, end: number] {
  const start = Math.max(0, first < 0 ? first + size : first);
  const end = Math.min(size, (last < 0 ? last + size : last) + 1);
  return start < end ? [start, end] : [0, 0];
}
