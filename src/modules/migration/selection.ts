import { matchGlob } from '../../engine/values/glob';
import type { MovedItem } from './transfer';

/** Which keys are moved; default: all, and the function libraries. With a selection there are no libraries. */
export interface Selection {
  /** Keys that match this pattern, as KEYS takes it. */
  readonly match?: string | undefined;
  /** Keys of this database alone. */
  readonly db?: number | undefined;
}

/** Whether something belongs to a selection. */
export function selects({ match, db }: Selection): (item: MovedItem) => boolean {
  if (match === undefined && db === undefined) return () => true;
  const pattern = match === undefined ? '*' : Buffer.from(match, 'utf8').latin1Slice();
  return (item) => item.kind !== 'function' && (db === undefined || item.db === db) && matchGlob(pattern, item.key);
}
