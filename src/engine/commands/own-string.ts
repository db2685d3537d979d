import type { CommandContext } from '../execution/command-context';
import { RawString } from '../values/raw-string';

/**
 * Gives the string of a key the form that is changed in place, as Redis does before it looks whether it will change
 * anything. Another form of the same bytes is no change: nobody who watches the key has to know.
 * @throws WRONGTYPE
 */
export function ownString(context: CommandContext, key: string): RawString | undefined {
  const existing = context.peekString(key);
  if (existing === undefined) return undefined;
  if (existing instanceof RawString) return existing.own();
  const raw = new RawString(existing);
  context.db.dataset.put(key, raw, context.engine.accessStamp());
  return raw;
}
