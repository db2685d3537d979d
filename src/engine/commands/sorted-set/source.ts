import type { CommandContext } from '../../execution/command-context';
import type { SetView } from '../../values/set-view';
import type { MemberVisitor, SortedSetView } from '../../values/sorted-set';
import { WRONG_TYPE } from '../../command/errors';

/** An input of ZUNION and its family: a sorted set, or a set whose members all score 1. */
export interface Source {
  readonly size: number;
  score(name: string): number | undefined;
  visit(visitor: MemberVisitor): void;
}

const NOTHING: Source = { size: 0, score: () => undefined, visit: () => undefined };

/** @throws WRONGTYPE for a key that is neither a sorted set nor a set */
export function readSource(context: CommandContext, key: string): Source {
  const value = context.lookupRead(key)?.value;
  if (value === undefined) return NOTHING;
  if (typeof value === 'string') throw WRONG_TYPE;
  // The type tag names the class.
  if (value.type === 'zset') return ofSortedSet(value as unknown as SortedSetView);
  if (value.type === 'set') return ofSet(value as unknown as SetView);
  throw WRONG_TYPE;
}

function ofSortedSet(set: SortedSetView): Source {
  return {
    size: set.size,
    score: (name) => set.score(name),
    visit: (visitor) => {
      set.visit({ start: 0, end: set.size }, false, visitor);
    },
  };
}

function ofSet(set: SetView): Source {
  return {
    size: set.size,
    score: (name) => (set.has(name) ? 1 : undefined),
    visit: (visitor) => {
      for (const name of set.members()) visitor(name, 1);
    },
  };
}
