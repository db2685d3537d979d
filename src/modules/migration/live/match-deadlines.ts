import { deadlines } from '../redis/expiry';
import { answers, type Line } from '../redis/replies';
import { at } from '../sides';
import type { KeyPlace } from './compare-keys';
import { matchFields, type WhileChanging } from './match-fields';
import type { ParkedDeadlines } from './parked-deadlines';

/** Keys asked for at once. */
const AT_ONCE = 500;

/**
 * Gives keys, and fields of hashes, whose deadlines were parked those they have at the source.
 * @param changing undefined: nothing changes at the source any more
 */
export async function matchDeadlines(
  from: KeyPlace,
  to: KeyPlace,
  parked: ParkedDeadlines,
  changing?: WhileChanging,
): Promise<void> {
  await matchFields(from, to, parked.fields.keys, changing);
  for (const [db, keys] of parked.keys.entries()) {
    await at(from, () => from.client.select(db));
    await at(to, () => to.client.select(db));
    for (let i = 0; i < keys.length; i += AT_ONCE) {
      const some = keys.slice(i, i + AT_ONCE);
      if (changing === undefined) await matchSome(from, to, parked, db, some);
      else await changing.turn(() => matchSome(from, to, parked, db, some, changing.beyond));
    }
  }
}

async function matchSome(
  from: KeyPlace,
  to: KeyPlace,
  parked: ParkedDeadlines,
  db: number,
  keys: readonly string[],
  beyond?: number,
): Promise<void> {
  const names = keys.map((key) => Buffer.from(key, 'latin1'));
  const times = await at(from, async () => {
    const lines = names.map((name): Line => ['PEXPIRETIME', name]);
    return deadlines(from.client, names, await answers(from.client, lines));
  });
  const settled = times.map((time) => beyond === undefined || time > beyond);
  const lines = names.flatMap((name, i) => (settled[i] === true ? [lineFor(name, times[i] ?? -2)] : []));
  for (const reply of await at(to, () => answers(to.client, lines))) if (reply instanceof Error) throw reply;
  parked.keys.delete(
    db,
    keys.filter((_, i) => settled[i]),
  );
}

function lineFor(name: Buffer, time: number): Line {
  if (time < 0) return ['UNLINK', name];
  return time === 0 ? ['PERSIST', name] : ['PEXPIREAT', name, String(time)];
}
