import type { KeySource } from '../redis/redis-source';
import type { SeenKeys } from '../redis/seen-keys';
import { answers, type Line } from '../redis/replies';
import { allAt, at } from '../sides';
import type { KeyPlace } from './compare-keys';

/** What a key of a database is called among those that were seen. */
export function seenName(db: number, key: string): string {
  return `${String(db)}:${key}`;
}

/**
 * Removes keys of a target that are not among those seen at the source: such as were written by an earlier try, and deleted there since.
 * @returns how many
 */
export async function pruneOthers(
  to: KeyPlace,
  source: KeySource,
  seen: SeenKeys,
  signal: AbortSignal | undefined,
): Promise<number> {
  let removed = 0;
  for await (const { db, names } of allAt(to, source.names(signal))) {
    const others = names.filter((name) => seen.add(seenName(db, name.latin1Slice())));
    const replies = await at(to, () =>
      answers(
        to.client,
        others.map((name): Line => ['UNLINK', name]),
      ),
    );
    for (const reply of replies) {
      if (reply instanceof Error) throw reply;
      removed += Number(reply);
    }
  }
  return removed;
}
