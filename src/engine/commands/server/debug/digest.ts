import { createHash } from 'node:crypto';
import type { Entry, StoredValue, ValueType } from '../../../keyspace/entry';
import type { Keyspace } from '../../../keyspace/keyspace';
import { HashValue } from '../../../values/hash';
import { ListValue } from '../../../values/list';
import { RawString } from '../../../values/raw-string';
import { SetValue } from '../../../values/set';
import { SortedSetValue } from '../../../values/sorted-set';
import { StreamValue } from '../../../values/stream';
import { HIGHEST_ID, LOWEST_ID } from '../../../values/stream-id';

/** Redis' numbers of the types. */
const TYPE_NUMBER: Record<ValueType, number> = { string: 0, list: 1, set: 2, zset: 3, hash: 4, stream: 6 };

const sha1 = (data: string | Buffer) =>
  createHash('sha1')
    .update(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
    .digest();

/** A signature that Redis computes alike: of a value, or of everything there is. */
export class Digest {
  #bytes = Buffer.alloc(20);

  /** Adds something whose place among the others does not matter. */
  xor(data: string | Buffer): this {
    const hash = sha1(data);
    for (let i = 0; i < hash.length; i++) this.#bytes[i] = (this.#bytes[i] ?? 0) ^ (hash[i] ?? 0);
    return this;
  }

  /** Adds something whose place matters. */
  mix(data: string | Buffer): this {
    this.xor(data);
    this.#bytes = sha1(this.#bytes);
    return this;
  }

  bytes(): Buffer {
    return this.#bytes;
  }

  toString(): string {
    return this.#bytes.toString('hex');
  }
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** How a version shows scores. */
type ShowScore = (score: number) => string;

/** Adds a value and its having a deadline to a digest. */
export function mixEntry(digest: Digest, { value, heapIndex }: Entry, show: ShowScore): void {
  digest.mix(bigEndian(TYPE_NUMBER[typeof value === 'string' ? 'string' : value.type]));
  mixValue(digest, value, show);
  if (heapIndex >= 0) digest.xor('!!expire!!');
}

function mixValue(digest: Digest, value: StoredValue, show: ShowScore): void {
  if (typeof value === 'string' || value instanceof RawString) {
    digest.mix(value.toString());
  } else if (value instanceof ListValue) {
    value.walk('left', (element) => {
      digest.mix(element);
      return true;
    });
  } else if (value instanceof SetValue) {
    for (const member of value.members()) digest.xor(member);
  } else if (value instanceof HashValue) {
    const pairs = value.pairs();
    for (let i = 0; i < pairs.length; i += 2)
      digest.xor(
        new Digest()
          .mix(pairs[i] ?? '')
          .mix(pairs[i + 1] ?? '')
          .bytes(),
      );
  } else if (value instanceof SortedSetValue) {
    value.visit({ start: 0, end: value.size }, false, (name, score) => {
      digest.xor(new Digest().mix(name).mix(show(score)).bytes());
    });
  } else if (value instanceof StreamValue) {
    value.visit(LOWEST_ID, HIGHEST_ID, false, ({ ms, seq, fields }) => {
      digest.mix(`${String(ms)}.${String(seq)}`);
      for (const part of fields) digest.mix(part);
      return true;
    });
  }
}

/** The signature of all databases. */
export function datasetDigest(keyspace: Keyspace, show: ShowScore): Digest {
  const all = new Digest();
  for (const database of keyspace.databases) {
    if (database.dataset.size === 0) continue;
    all.mix(bigEndian(database.index));
    for (const entry of database.dataset.keys.entries()) {
      const one = new Digest().mix(entry.key);
      mixEntry(one, entry, show);
      all.xor(one.bytes());
    }
  }
  return all;
}
