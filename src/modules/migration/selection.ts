import { matchGlob } from '../../engine/values/glob';
import type { MovedItem } from './transfer';

/** Which keys are moved; default: all, and the function libraries. With a selection there are no libraries. */
export interface Selection {
  /** Keys that match this pattern, as KEYS takes it. */
  readonly match?: string | undefined;
  /** Keys of this database alone. */
  readonly db?: number | undefined;
}

/** Whether names, of one character per byte, match a pattern. */
export function matching(match: string): (name: string) => boolean {
  const pattern = Buffer.from(match, 'utf8').latin1Slice();
  return (name) => matchGlob(pattern, name);
}

/** Whether something belongs to a selection. */
export function selects({ match, db }: Selection): (item: MovedItem) => boolean {
  if (match === undefined && db === undefined) return () => true;
  const matches = matching(match ?? '*');
  return (item) => item.kind !== 'function' && (db === undefined || item.db === db) && matches(item.key);
}
