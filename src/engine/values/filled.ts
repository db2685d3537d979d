import { HashValue, type HashLimits } from './hash';
import { MOST_INTEGERS } from './integer-set';
import { fitsPacked, hasPartTwice, MANY, packFew, PartsPacker } from './packed-parts';
import { isInteger, SetValue } from './set';
import type { SetLimits } from './set-view';
import { type TimedField, timedFormOf } from './timed-fields';

/** Values that are made of all they hold: most become one packed string at once. */

const PACKER = new PartsPacker();

/** A hash of fields and values in turn; undefined when a field is there twice. */
export function hashOfPairs(pairs: readonly string[], limits: HashLimits): HashValue | undefined {
  PACKER.begin();
  const fits = pairs.every((part) => PACKER.addText(part));
  const packed = fits ? hashOfPacked(PACKER, limits) : undefined;
  if (packed !== undefined) return packed;
  const hash = new HashValue(limits);
  return hash.setAll(pairs) * 2 === pairs.length ? hash : undefined;
}

/** The same of what was packed; undefined too when it is not to stay so: `hashOfPairs` knows better. */
export function hashOfPacked(packer: PartsPacker, limits: HashLimits): HashValue | undefined {
  const size = packer.count / 2;
  const { longest } = packer;
  if (size > limits['hash-max-listpack-entries'] || longest > limits['hash-max-listpack-value']) return undefined;
  const packed = packer.take();
  if (!fitsPacked(MANY, size, packed.length, longest) || hasPartTwice(packed, 2)) return undefined;
  return new HashValue(limits, packed, size);
}

/** A hash with deadlines. No field may be there twice. */
export function hashOfTimed(fields: readonly TimedField[], limits: HashLimits): HashValue {
  return new HashValue(limits, timedFormOf(fields, limits));
}

/** A set of integers in rising order, none of them twice. */
export function setOfIntegers(members: readonly string[], limits: SetLimits): SetValue {
  if (members.length > Math.min(limits['set-max-intset-entries'], MOST_INTEGERS)) return SetValue.of(members, limits);
  PACKER.begin();
  for (const member of members) PACKER.addText(member);
  return new SetValue(limits, 'intset', PACKER.take(), members.length);
}

/** A set that Redis keeps in one of these encodings, if it does so here. A member that is there twice counts once. */
export function setAs(encoding: 'listpack' | 'hashtable', members: readonly string[], limits: SetLimits): SetValue {
  const most = limits[encoding === 'listpack' ? 'set-max-listpack-entries' : 'set-max-intset-entries'];
  const isSmall = encoding === 'hashtable' ? members.length <= most : most === 0;
  // Without listpacks, one that begins with something else is no intset either, and keeps its order.
  const isOther = limits['set-max-listpack-entries'] === 0 && !isInteger(members[0] ?? '0');
  if (isSmall && !(isOther && encoding === 'hashtable')) return SetValue.of(members, limits);
  const kept = members.length > most ? 'hashtable' : encoding;
  const packed = packFew(members);
  if (packed !== undefined) return new SetValue(limits, kept, packed, members.length);
  const set = new SetValue(limits, kept);
  set.fill(members);
  return set;
}

/** Members that come from no intset: they keep their order, unless all of them are integers, and few. */
export function setOfUnsorted(members: Iterable<string>, limits: SetLimits): SetValue {
  const set = new SetValue(limits, limits['set-max-listpack-entries'] > 0 ? 'listpack' : 'intset');
  set.addAll(members);
  const isIntset = set.size <= limits['set-max-intset-entries'] && set.members().every(isInteger);
  return isIntset ? SetValue.of(set.members(), limits) : set;
}
