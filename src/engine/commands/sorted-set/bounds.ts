import type { LexBound, ScoreBound } from '../../values/sorted-set';
import { looseDouble } from '../../command/arguments';
import type { RedisVersion } from '../../redis-version';
import { error, MIN_OR_MAX_NOT_FLOAT } from '../../command/errors';

const INVALID_LEX = error('min or max not valid string range item');

/**
 * One end of a range of scores: a number, after `(` for an exclusive end.
 * @throws min or max is not a float
 */
export function scoreBound(text: string, version: RedisVersion): ScoreBound {
  const exclusive = text.startsWith('(');
  const score = looseDouble(exclusive ? text.slice(1) : text, version);
  if (score === undefined) throw MIN_OR_MAX_NOT_FLOAT;
  return { score, exclusive };
}

/**
 * One end of a range of names: `[name`, `(name`, `-` or `+`.
 * @throws min or max not valid string range item
 */
export function lexBound(text: string): LexBound {
  const mark = text[0];
  const name = text.slice(1);
  if (mark === '[' || mark === '(') return { name, exclusive: mark === '(' };
  // Redis looks for the end of a C string here.
  const alone = name === '' || name.startsWith('\0');
  if (mark === '-' && alone) return { name: '', exclusive: false, infinite: 'lowest' };
  if (mark === '+' && alone) return { name: '', exclusive: false, infinite: 'highest' };
  throw INVALID_LEX;
}
