import type { EncodingLimits, StoredValue } from '../keyspace/entry';
import { formatDouble, formatShortest } from '../protocol/format-double';
import { HashValue } from '../values/hash';
import { ListValue } from '../values/list';
import type { QuicklistNode } from '../values/quicklist-nodes';
import { stringElementSize } from '../values/listpack-size';
import { SetValue } from '../values/set';
import { SortedSetValue } from '../values/sorted-set';
import { StreamValue } from '../values/stream';
import { ListpackWriter } from './listpack-writer';
import { PACKED_NODE, PLAIN_NODE } from './packed-values';
import type { RedisVersion } from '../redis-version';
import type { RdbWriter } from './rdb-primitives';
import { RDB_TYPE, writeValue } from './rdb-value';
import { ACTIVE_STREAM_TYPE, writeStream } from './stream-value';

/** RDB type bytes of Redis' compact encodings that we write. */
const COMPACT_TYPE = { intset: 11, hash: 16, sortedSet: 17, list: 18, set: 20 } as const;

/** One value is packed at a time. */
const PACKER = new ListpackWriter();

/** Up to here a listpack keeps whole scores as integers (Redis 7.0: double2ll). */
const INTEGER_SCORE = 2 ** 62;

/**
 * Appends a value as Redis itself writes it: what is kept compactly is written packed, in the form its encoding has.
 * Type byte and body, as DUMP has them before its footer.
 * @param writer one that compresses, for what Redis would write
 * @param version whose forms may be used: `7.0` for what every one reads
 */
export function writeCompactValue(
  writer: RdbWriter,
  value: StoredValue,
  limits: EncodingLimits,
  version: RedisVersion,
): void {
  if (value instanceof HashValue && value.encoding === 'listpack') {
    const packer = PACKER.begin();
    value.walkParts((text, from, to) => {
      packer.part(text, from, to);
    });
    writer.byte(COMPACT_TYPE.hash);
    writer.packed(packer.take());
  } else if (value instanceof SortedSetValue) {
    writeSortedSet(writer, value, version < '7.2' ? formatDouble : formatShortest);
  } else if (value instanceof SetValue && value.encoding === 'intset') {
    writer.byte(COMPACT_TYPE.intset);
    writer.packed(intset(value.members()));
  } else if (value instanceof SetValue && value.encoding === 'listpack' && version >= '7.2') {
    const packer = PACKER.begin();
    for (const member of value.members()) packer.string(member);
    writer.byte(COMPACT_TYPE.set);
    writer.packed(packer.take());
  } else if (value instanceof StreamValue && version >= '7.2') {
    writer.byte(ACTIVE_STREAM_TYPE);
    writeStream(writer, value, ACTIVE_STREAM_TYPE);
  } else if (value instanceof ListValue) {
    writer.byte(COMPACT_TYPE.list);
    writeList(writer, value, limits['list-max-listpack-size']);
  } else {
    writeValue(writer, value);
  }
}

function writeSortedSet(writer: RdbWriter, set: SortedSetValue, show: (score: number) => string): void {
  const all = { start: 0, end: set.size };
  if (set.encoding === 'listpack') {
    const packer = PACKER.begin();
    set.visit(all, false, (name, score) => {
      packer.string(name);
      if (Number.isInteger(score) && Math.abs(score) <= INTEGER_SCORE)
        packer.integer(Number.isSafeInteger(score) ? score + 0 : BigInt(score));
      else packer.string(show(score));
    });
    writer.byte(COMPACT_TYPE.sortedSet);
    writer.packed(packer.take());
    return;
  }
  writer.byte(RDB_TYPE.sortedSet);
  writer.length(set.size);
  // The highest first: so Redis finds a place for each without searching.
  set.visit(all, true, (name, score) => {
    writer.string(name);
    writer.doubleLE(score);
  });
}

/** An intset: the bytes of an integer, how many there are, then they in order. */
function intset(members: readonly string[]): Buffer {
  const values = members.map((member) => BigInt(member));
  const least = values[0] ?? 0n;
  const most = values.at(-1) ?? 0n;
  const size = [2, 4].find((bytes) => [least, most].every((value) => BigInt.asIntN(bytes * 8, value) === value)) ?? 8;
  const bytes = Buffer.allocUnsafe(8 + size * values.length);
  bytes.writeUInt32LE(size, 0);
  bytes.writeUInt32LE(values.length, 4);
  for (const [i, value] of values.entries()) {
    const at = 8 + i * size;
    if (size === 8) bytes.writeBigInt64LE(value, at);
    else bytes.writeIntLE(Number(value), at, size);
  }
  return bytes;
}

/** An element so large is a node by itself (Redis 7.0: packed_threshold). */
const LARGEST_PACKED = 2 ** 30;
/** What `list-max-listpack-size` of -1 to -5 means, bytes; and what a node has at most when elements are counted. */
const NODE_BYTES = [4096, 8192, 16_384, 32_768, 65_536] as const;
const SAFE_BYTES = 8192;
/** What Redis expects an element to take beyond its bytes, when it asks whether a node has room for it. */
const ELEMENT_ESTIMATE = 8;
const LISTPACK_BYTES = 7;

/** Collects the nodes of a quicklist as Redis does when elements are pushed one after the other. */
class QuicklistWriter {
  nodes = 0;
  #bytes = LISTPACK_BYTES;
  #count = 0;
  readonly #packer = PACKER.begin();

  constructor(
    private readonly writer: RdbWriter,
    private readonly fill: number,
  ) {}

  push(element: string): void {
    if (element.length >= LARGEST_PACKED) {
      this.end();
      this.nodes += 1;
      this.writer.length(PLAIN_NODE);
      this.writer.string(element);
      return;
    }
    if (this.#count > 0 && this.#isFullFor(element)) this.end();
    this.#packer.string(element);
    this.#bytes += stringElementSize(element);
    this.#count += 1;
  }

  /** Writes the node that is being filled. */
  end(): void {
    if (this.#count === 0) return;
    this.writer.length(PACKED_NODE);
    this.writer.packed(this.#packer.take());
    this.nodes += 1;
    this.#bytes = LISTPACK_BYTES;
    this.#count = 0;
  }

  #isFullFor(element: string): boolean {
    const { fill } = this;
    const bytes = this.#bytes + element.length + ELEMENT_ESTIMATE;
    if (fill < 0) return bytes > (NODE_BYTES[Math.min(-fill, NODE_BYTES.length) - 1] ?? SAFE_BYTES);
    return bytes > SAFE_BYTES || this.#count + 1 > Math.max(1, fill);
  }
}

/** Writes the nodes of a list that knows them. */
function writeNodes(writer: RdbWriter, list: ListValue, nodes: readonly QuicklistNode[]): void {
  const packer = PACKER.begin();
  writer.length(nodes.length);
  let start = 0;
  for (const { count, isPlain } of nodes) {
    const elements = list.slice(start, start + count);
    start += count;
    writer.length(isPlain ? PLAIN_NODE : PACKED_NODE);
    if (isPlain) {
      writer.string(elements[0] ?? '');
      continue;
    }
    for (const element of elements) packer.string(element);
    writer.packed(packer.take());
  }
}

function writeList(writer: RdbWriter, list: ListValue, fill: number): void {
  if (list.nodes !== undefined) {
    writeNodes(writer, list, list.nodes);
    return;
  }
  // How many nodes there are is known afterwards: the few bytes of the number are put before them.
  const start = writer.size;
  const nodes = new QuicklistWriter(writer, fill);
  list.walk('left', (element) => {
    nodes.push(element);
    return true;
  });
  nodes.end();
  writer.insertLength(start, nodes.nodes);
}
