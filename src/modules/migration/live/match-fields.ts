import { answers, type Line } from '../redis/replies';
import { at } from '../sides';
import type { KeyPlace } from './compare-keys';
import type { MovingKeys } from './moving-keys';

/** Hashes asked for at once. */
const AT_ONCE = 50;

/** Fields in one command. */
const FIELDS = 500;

/** Which deadlines are matched while something changes. */
export interface WhileChanging {
  /** Those after this, milliseconds since the epoch: what is about to go is left to what changes. */
  readonly beyond: number;
  /** Does something while nothing else is done to the target. */
  turn(work: () => Promise<void>): Promise<void>;
}

/** A hash, and when its fields expire: milliseconds since the epoch, -1 = never. */
interface TimedHash {
  readonly key: string;
  readonly name: Buffer;
  readonly times: ReadonlyMap<string, number>;
}

/**
 * Gives fields whose deadlines were parked those they have at the source, and removes those that have none there any more.
 * @param changing undefined: nothing changes at the source any more
 */
export async function matchFields(
  from: KeyPlace,
  to: KeyPlace,
  parked: MovingKeys,
  changing?: WhileChanging,
): Promise<void> {
  for (const [db, keys] of parked.entries()) {
    await at(from, () => from.client.select(db));
    await at(to, () => to.client.select(db));
    for (let i = 0; i < keys.length; i += AT_ONCE) {
      const some = keys.slice(i, i + AT_ONCE);
      const match = () => matchSome(from, to, parked, db, some, changing?.beyond);
      await (changing === undefined ? match() : changing.turn(match));
    }
  }
}

async function matchSome(
  from: KeyPlace,
  to: KeyPlace,
  parked: MovingKeys,
  db: number,
  keys: readonly string[],
  beyond?: number,
): Promise<void> {
  const hashes = await at(from, () => timedHashes(from, keys));
  const settled =
    beyond === undefined
      ? hashes
      : hashes.filter(({ times }) => [...times.values()].every((time) => time < 0 || time > beyond));
  // Fields that are gone at the source were parked here; while something changes, their end is still to be told.
  const there = beyond === undefined ? await at(to, () => timedHashes(to, keys)) : [];
  const lines = [...settled.flatMap(deadlineLines), ...surplusLines(there, hashes)];
  for (const reply of await at(to, () => answers(to.client, lines))) if (reply instanceof Error) throw reply;
  parked.delete(
    db,
    settled.map(({ key }) => key),
  );
}

/** The hashes among some keys. */
async function timedHashes({ client }: KeyPlace, keys: readonly string[]): Promise<TimedHash[]> {
  const names = keys.map((key) => Buffer.from(key, 'latin1'));
  const fields = await answers(
    client,
    names.map((name): Line => ['HKEYS', name]),
  );
  const asked = names.flatMap((name, i) => {
    const all = fields[i];
    // Something else has the name by now.
    if (all instanceof Error && !all.message.startsWith('WRONGTYPE')) throw all;
    return Array.isArray(all) ? slices(all as Buffer[]).map((some) => ({ name, key: keys[i] ?? '', some })) : [];
  });
  const times = await answers(
    client,
    asked.map(({ name, some }): Line => ['HPEXPIRETIME', name, 'FIELDS', String(some.length), ...some]),
  );
  const hashes = new Map<string, TimedHash & { readonly times: Map<string, number> }>();
  for (const [i, { name, key, some }] of asked.entries()) {
    const hash = hashes.get(key) ?? { key, name, times: new Map<string, number>() };
    hashes.set(key, hash);
    const reply = times[i];
    if (reply instanceof Error) throw reply;
    if (!Array.isArray(reply)) continue;
    // -2: it went meanwhile.
    for (const [j, field] of some.entries())
      if (Number(reply[j]) !== -2) hash.times.set(field.latin1Slice(), Number(reply[j]));
  }
  return [...hashes.values()];
}

/** Those without a deadline have none at the target either: that it was taken away was told. */
function deadlineLines({ name, times }: TimedHash): Line[] {
  const byTime = new Map<number, Buffer[]>();
  for (const [field, time] of times) {
    if (time < 0) continue;
    const fields = byTime.get(time) ?? [];
    byTime.set(time, fields);
    fields.push(Buffer.from(field, 'latin1'));
  }
  return [...byTime].flatMap(([time, all]) =>
    slices(all).map((some): Line => ['HPEXPIREAT', name, String(time), 'FIELDS', String(some.length), ...some]),
  );
}

/** @param there the hashes of the target. @param hashes those of the source */
function surplusLines(there: readonly TimedHash[], hashes: readonly TimedHash[]): Line[] {
  const wanted = new Map(hashes.map(({ key, times }) => [key, times]));
  return there.flatMap(({ key, name, times }) => {
    const surplus = [...times.keys()].filter((field) => wanted.get(key)?.has(field) !== true);
    return slices(surplus.map((field) => Buffer.from(field, 'latin1'))).map((fields): Line => [
      'HDEL',
      name,
      ...fields,
    ]);
  });
}

function slices<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / FIELDS) }, (_, i) => all.slice(i * FIELDS, (i + 1) * FIELDS));
}
