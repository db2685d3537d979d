import type { Redis } from 'ioredis';
import { namedKey, NameList } from '../key-names';
import type { Mismatch } from '../mismatch-error';
import { readValues } from '../redis/read-values';
import { at, type Side } from '../sides';
import { differenceOf } from '../verify';
import type { TouchedKeys } from './change-applier';

/** Keys compared at once. */
const AT_ONCE = 256;

/** A place whose keys are compared. */
export interface KeyPlace extends Side {
  readonly client: Redis;
}

/**
 * Compares some keys of two places, also whether they are there.
 * @param slackMs how far deadlines may be apart
 * @param now milliseconds since the epoch: a key that is about to expire may be there or not
 * @param found told of each that differs
 */
export async function compareKeys(
  from: KeyPlace,
  to: KeyPlace,
  keys: TouchedKeys,
  slackMs: number,
  now: () => number,
  found: (db: number, key: string, difference: Mismatch['difference']) => void,
): Promise<void> {
  for (const [db, names] of keys) {
    await at(from, () => from.client.select(db));
    await at(to, () => to.client.select(db));
    const all = [...names];
    for (let i = 0; i < all.length; i += AT_ONCE) {
      const some = all.slice(i, i + AT_ONCE).map((name) => Buffer.from(name, 'latin1'));
      const [here, there] = await Promise.all([
        at(from, () => readValues(from.client, db, some)),
        at(to, () => readValues(to.client, db, some)),
      ]);
      const others = new Map(there.map((value) => [value.key, value]));
      for (const value of here) {
        const difference = differenceOf(value, others.get(value.key), slackMs, now());
        const hasGone = difference === 'missing' && isOver(value.expireAt, now());
        if (difference !== undefined && !hasGone) found(db, value.key, difference);
        others.delete(value.key);
      }
      for (const { key, expireAt } of others.values()) if (!isOver(expireAt, now())) found(db, key, 'extra');
    }
  }
}

/** Clocks may differ by so many milliseconds, and both sides are not read at the same moment. */
const ABOUT_TO_MS = 1000;

function isOver(expireAt: number, now: number): boolean {
  return expireAt !== 0 && expireAt - now < ABOUT_TO_MS;
}

/** A list of differences. */
export function mismatchList(): {
  readonly list: NameList<Mismatch>;
  readonly add: (db: number, key: string, difference: Mismatch['difference']) => void;
} {
  const list = new NameList<Mismatch>();
  return {
    list,
    add: (db, key, difference) => {
      list.add({ ...namedKey(db, key), difference });
    },
  };
}
