import { answers, bytesOf, type Line } from '../redis/replies';
import { at } from '../sides';
import type { KeyPlace } from './compare-keys';
import type { MovingKeys } from './moving-keys';

/**
 * Gives the groups of streams the count of entries they have read at the source: Redis does not tell its replicas what XREADGROUP
 * did to it. Nothing changes at the source any more.
 */
export async function matchGroups(from: KeyPlace, to: KeyPlace, streams: MovingKeys): Promise<void> {
  for (const [db, keys] of streams.entries()) {
    await at(from, () => from.client.select(db));
    await at(to, () => to.client.select(db));
    for (const key of keys) {
      const name = Buffer.from(key, 'latin1');
      const [groups] = await at(from, () => answers(from.client, [['XINFO', 'GROUPS', name]]));
      // It is no stream any more, or has gone.
      if (!Array.isArray(groups)) continue;
      const lines = groups.flatMap((group: unknown) => lineFor(name, group));
      for (const reply of await at(to, () => answers(to.client, lines))) if (reply instanceof Error) throw reply;
    }
  }
}

/** @param group its fields and their values in turn */
function lineFor(key: Buffer, group: unknown): Line[] {
  if (!Array.isArray(group)) return [];
  const fields = new Map<string, unknown>();
  for (let i = 0; i < group.length; i += 2) fields.set(bytesOf(group[i]).latin1Slice(), group[i + 1]);
  const read = fields.get('entries-read');
  // Redis before 7.0 does not count them.
  if (read === undefined) return [];
  const [name, id] = [bytesOf(fields.get('name')), bytesOf(fields.get('last-delivered-id'))];
  return [['XGROUP', 'SETID', key, name, id, 'ENTRIESREAD', typeof read === 'number' ? String(read) : '-1']];
}
