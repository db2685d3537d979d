import { printCount, RespiteError } from '../../errors';
import { type NamedKey, type NameList } from './key-names';
import type { NamedLibrary } from './redis/redis-target';

/** How many conflicts a message lists. */
const LISTED = 20;

/** What is to be imported is there already, in part; nothing was written. Its code is `IMPORT_CONFLICT`. */
export class ConflictError extends RespiteError {
  /** The first thousand. */
  readonly conflicts: readonly (NamedKey | NamedLibrary)[];
  /** How many there are. */
  readonly count: number;

  /** @param name what messages call the file */
  constructor(name: string, { names, count }: NameList<NamedKey | NamedLibrary>) {
    const shown = names
      .slice(0, LISTED)
      .map((item) =>
        'library' in item
          ? `the library ${item.library}`
          : `${JSON.stringify(item.key)} in database ${String(item.db)}`,
      );
    const rest = count > LISTED ? `\n  and ${String(count - LISTED)} more` : '';
    super('IMPORT_CONFLICT', {
      message: `${printCount(count, 'key or library', 'keys and libraries')} of ${name} ${count === 1 ? 'is' : 'are'} there already:\n  ${shown.join('\n  ')}${rest}\nNothing was written. Use --replace or --skip-existing.`,
    });
    this.conflicts = names;
    this.count = count;
  }
}
