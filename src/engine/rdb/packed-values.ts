import { readTimedListpack } from './timed-hash';
import type { Collection, EncodingLimits } from '../keyspace/entry';
import { hashOfPacked, hashOfPairs, setAs, setOfIntegers } from '../values/filled';
import type { HashValue } from '../values/hash';
import { listToFill } from '../values/encoded-list';
import type { ListValue } from '../values/list';
import type { SetValue } from '../values/set';
import { PartsPacker } from '../values/packed-parts';
import type { Scored } from '../values/ranked-node';
import { compareMembers, SortedSetValue } from '../values/sorted-set';
import { ListpackCursor } from './listpack-cursor';
import { intsetMembers, listpackElements, listpackText, ziplistElements, zipmapParts } from './packed';
import { RdbFormatError, type RdbReader } from './rdb-primitives';

type Unpack = (packed: Buffer) => string[];
type Read = (reader: RdbReader, limits: EncodingLimits) => Collection;

/** How a node of a quicklist is stored: one element by itself. */
export const PLAIN_NODE = 1;
/** As `PLAIN_NODE`: a listpack of elements. */
export const PACKED_NODE = 2;

function quicklist(reader: RdbReader, limits: EncodingLimits): ListValue {
  const list = listToFill(limits);
  for (let left = reader.length(); left > 0; left--) {
    const container = reader.length();
    const node = reader.packed();
    if (node.length === 0) reader.fail('an empty quicklist node');
    if (container === PLAIN_NODE) list.addNode([node.latin1Slice()], true);
    else if (container === PACKED_NODE) list.addNode(listpackElements(node), false);
    else reader.fail(`unknown quicklist container ${String(container)}`);
  }
  list.settle();
  return list;
}

function ziplist(reader: RdbReader, limits: EncodingLimits): ListValue {
  const list = listToFill(limits);
  list.addNode(ziplistElements(reader.packed()), false);
  list.settle();
  return list;
}

function quicklistOfZiplists(reader: RdbReader, limits: EncodingLimits): ListValue {
  const list = listToFill(limits);
  for (let left = reader.length(); left > 0; left--) list.addNode(ziplistElements(reader.packed()), false);
  list.settle();
  return list;
}

const PACKER = new PartsPacker();

const packedHash =
  (unpack: Unpack): Read =>
  (reader, limits) =>
    hashOf(unpack(reader.packed()), reader, limits);

/** A hash in a listpack, which is packed here too: most become one string of the other at once. */
function listpackHash(reader: RdbReader, limits: EncodingLimits): HashValue {
  const packed = reader.packed();
  return repacked(packed, limits) ?? hashOf(listpackElements(packed), reader, limits);
}

function repacked(packed: Buffer, limits: EncodingLimits): HashValue | undefined {
  const cursor = new ListpackCursor(packed);
  PACKER.begin();
  while (cursor.next()) {
    const { number, start, end } = cursor;
    if (!(number === undefined ? PACKER.add(packed, start, end) : PACKER.addText(String(number)))) return undefined;
  }
  return PACKER.count % 2 === 0 ? hashOfPacked(PACKER, limits) : undefined;
}

function hashOf(parts: readonly string[], reader: RdbReader, limits: EncodingLimits): HashValue {
  return hashOfPairs(pairsOf(parts), limits) ?? reader.fail('a field that is there twice');
}

const packedSortedSet =
  (unpack: Unpack): Read =>
  (reader, limits) => {
    const set = new SortedSetValue(limits);
    forEachPair(unpack(reader.packed()), (name, score) => {
      if (!set.set(name, parseScore(score))) reader.fail('a member that is there twice');
    });
    return set;
  };

/** In a listpack members are in order, with scores most of which are numbers already. */
function listpackSortedSet(reader: RdbReader, limits: EncodingLimits): SortedSetValue {
  const packed = reader.packed();
  const all = packed.latin1Slice();
  const cursor = new ListpackCursor(packed);
  const members: Scored[] = [];
  let inOrder = true;
  while (cursor.next()) {
    const key = listpackText(cursor, packed, all);
    if (!cursor.next()) pairsOf(['']);
    const score = cursor.number === undefined ? parseScore(listpackText(cursor, packed, all)) : Number(cursor.number);
    const last = members.at(-1);
    const member = { key, score };
    if (last !== undefined && compareMembers(last, member) > 0) inOrder = false;
    members.push(member);
  }
  // One that is not, Redis would take too.
  const set = SortedSetValue.of(inOrder ? members : members.sort(compareMembers), limits);
  return set.size === members.length ? set : reader.fail('a member that is there twice');
}

function packedSet(reader: RdbReader, limits: EncodingLimits): SetValue {
  const members = listpackElements(reader.packed());
  const set = setAs('listpack', members, limits);
  return set.size === members.length ? set : reader.fail('a member that is there twice');
}

function pairsOf(parts: readonly string[]): readonly string[] {
  if (parts.length % 2 !== 0) throw new RdbFormatError('a packed value of pairs has an odd number of parts');
  return parts;
}

function forEachPair(parts: readonly string[], visit: (first: string, second: string) => unknown): void {
  pairsOf(parts);
  for (let i = 0; i < parts.length; i += 2) visit(parts[i] ?? '', parts[i + 1] ?? '');
}

/** Scores stand there as C's printf wrote them. */
function parseScore(text: string): number {
  const plain = Number(text);
  const score = Number.isNaN(plain) ? Number(text.replace('inf', 'Infinity')) : plain;
  if (text === '' || Number.isNaN(score)) throw new RdbFormatError(`'${text}' is no score`);
  return score;
}

/** Lengths of a score that mean something else, in the encoding before binary scores. */
const NOT_A_NUMBER = 253;
const POSITIVE_INFINITY = 254;
const NEGATIVE_INFINITY = 255;

function textScore(reader: RdbReader): number {
  const length = reader.byte();
  if (length === POSITIVE_INFINITY) return Infinity;
  if (length === NEGATIVE_INFINITY) return -Infinity;
  return length === NOT_A_NUMBER
    ? reader.fail('a score that is no number')
    : parseScore(reader.bytes(length).latin1Slice());
}

function sortedSetWithTextScores(reader: RdbReader, limits: EncodingLimits): SortedSetValue {
  const set = new SortedSetValue(limits);
  for (let left = reader.length(); left > 0; left--) {
    const name = reader.string();
    if (!set.set(name, textScore(reader))) reader.fail('a member that is there twice');
  }
  return set;
}

/** By RDB type byte: what Redis writes itself, now and in versions before, and we only read. */
const READERS: Partial<Record<number, Read>> = {
  3: sortedSetWithTextScores,
  9: packedHash(zipmapParts),
  10: ziplist,
  11: (reader, limits) => setOfIntegers(intsetMembers(reader.packed()), limits),
  12: packedSortedSet(ziplistElements),
  13: packedHash(ziplistElements),
  14: quicklistOfZiplists,
  16: listpackHash,
  17: listpackSortedSet,
  18: quicklist,
  25: readTimedListpack,
  20: packedSet,
};

/**
 * Reads a value in one of Redis' compact encodings.
 * @returns undefined when the type byte is none of them
 * @throws RdbFormatError when the bytes are no such value
 */
export function readPackedValue(type: number, reader: RdbReader, limits: EncodingLimits): Collection | undefined {
  return READERS[type]?.(reader, limits);
}
