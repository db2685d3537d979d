import type { CommandContext } from '../../execution/command-context';
import type { SortedSetValue } from '../../values/sorted-set';

/**
 * Gives a key a computed sorted set, or removes it when the set is empty.
 * @returns the number of members
 */
export function storeResult(context: CommandContext, key: string, result: SortedSetValue, event: string): number {
  if (result.size === 0) {
    context.vacate(key);
    return 0;
  }
  context.store(key, result);
  context.notify('z', event, key);
  return result.size;
}
