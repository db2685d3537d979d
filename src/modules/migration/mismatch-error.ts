import { printCount, RespiteError } from '../../errors';
import type { NamedKey, NameList } from './key-names';
import type { NamedLibrary } from './redis/redis-target';

/** What differs between two places: it is not there, holds something else, has another deadline, cannot be read, or is there although it should not be. */
export type Mismatch = (NamedKey | NamedLibrary) & {
  readonly difference: 'missing' | 'value' | 'deadline' | 'unreadable' | 'extra';
};

/** How many a message lists. */
const LISTED = 20;

const IN_WORDS = {
  missing: 'is not there',
  value: 'holds something else',
  deadline: 'has another deadline',
  extra: 'is there and should not be',
  unreadable: 'has a value that cannot be read',
} as const;

/** Two places that should hold the same do not. Its code is `MIGRATION_MISMATCH`. */
export class MismatchError extends RespiteError {
  /** The first thousand. */
  readonly mismatches: readonly Mismatch[];
  /** How many there are. */
  readonly count: number;

  /** @param compared how many keys were compared */
  constructor(from: string, to: string, { names, count }: NameList<Mismatch>, compared: number) {
    const shown = names.slice(0, LISTED).map((item) => {
      const what =
        'library' in item
          ? `the library ${item.library}`
          : `${JSON.stringify(item.key)} of database ${String(item.db)}`;
      return `${what} ${IN_WORDS[item.difference]}`;
    });
    const rest = count > LISTED ? `\n  and ${String(count - LISTED)} more` : '';
    super('MIGRATION_MISMATCH', {
      message: `${to} does not hold what ${from} holds: of ${printCount(compared, 'key')} compared, ${String(count)} ${count === 1 ? 'differs' : 'differ'}:\n  ${shown.join('\n  ')}${rest}`,
    });
    this.mismatches = names;
    this.count = count;
  }
}
