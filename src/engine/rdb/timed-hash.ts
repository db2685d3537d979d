import type { EncodingLimits } from '../keyspace/entry';
import { hashOfTimed } from '../values/filled';
import type { HashValue } from '../values/hash';
import type { TimedField } from '../values/timed-fields';
import { listpackElements } from './packed';
import type { RdbReader, RdbWriter } from './rdb-primitives';

/** Type bytes of hashes whose fields have deadlines, large and small; Redis 7.4 and later read them. */
export const TIMED_HASH_TYPES: ReadonlySet<number> = new Set([24, 25]);

/** Triples of field, value and deadline. */
const TRIPLE = 3;

/**
 * A hash whose fields have deadlines (RDB type 24, Redis 7.4): the earliest of them, then each field's own, counted from
 * that one and from 1; 0 = none.
 */
export function writeTimedHash(writer: RdbWriter, hash: HashValue): void {
  const { firstDeadline } = hash;
  writer.uint64LE(BigInt(firstDeadline));
  writer.length(hash.size);
  for (const [field, value, deadline] of hash.timed()) {
    writer.length(deadline === 0 ? 0 : deadline - firstDeadline + 1);
    writer.string(field);
    writer.string(value);
  }
}

/** What `writeTimedHash` wrote, or Redis for a large hash. @throws RdbFormatError */
export function readTimedHash(reader: RdbReader, limits: EncodingLimits): HashValue {
  const first = Number(reader.uint64LE());
  const fields: TimedField[] = [];
  for (let left = reader.length(); left > 0; left--) {
    const offset = Number(reader.unsigned());
    fields.push([reader.string(), reader.string(), offset === 0 ? 0 : first + offset - 1]);
  }
  return hashOf(fields, reader, limits);
}

/** A small one, as Redis writes it (type 25): the earliest deadline, then a listpack of triples. @throws RdbFormatError */
export function readTimedListpack(reader: RdbReader, limits: EncodingLimits): HashValue {
  reader.uint64LE();
  const elements = listpackElements(reader.packed());
  const fields: TimedField[] = [];
  for (let i = 0; i < elements.length; i += TRIPLE)
    fields.push([elements[i] ?? '', elements[i + 1] ?? '', Number(elements[i + 2] ?? NaN)]);
  return hashOf(fields, reader, limits);
}

function hashOf(fields: readonly TimedField[], reader: RdbReader, limits: EncodingLimits): HashValue {
  if (fields.some(([, , deadline]) => !Number.isSafeInteger(deadline) || deadline < 0))
    return reader.fail('a field with a deadline that is none');
  if (new Set(fields.map(([field]) => field)).size !== fields.length) return reader.fail('a hash has a field twice');
  return hashOfTimed(fields, limits);
}
