import { parseInt64 } from '../values/int64';
import { StreamValue } from '../values/stream';
import type { Consumer, ConsumerGroup } from '../values/stream-group';
import { compareIds, LOWEST_ID, type StreamId } from '../values/stream-id';
import { StreamNode, type StreamLimits } from '../values/stream-node';
import { differenceOf, offsetUint64, toUint64, UINT64_MAX, type Uint64 } from '../values/uint64';
import { ListpackWriter } from './listpack-writer';
import { listpackElements } from './packed';
import { RdbFormatError, type RdbReader, type RdbWriter } from './rdb-primitives';

/** Streams as Redis 5 and 6, 7.0, and 7.2 and later write them. */
const WITHOUT_COUNTERS = 15;
const WITH_COUNTERS = 19;
const WITH_ACTIVE_TIMES = 21;

/** The RDB type byte of what `writeStream` writes. */
export const STREAM_TYPE = WITH_COUNTERS;

/** Whether an RDB type byte is that of a stream, of any version that is read. */
export function isStreamType(type: number): boolean {
  return type === WITHOUT_COUNTERS || type === WITH_COUNTERS || type === WITH_ACTIVE_TIMES;
}

const DELETED = 1;
const SAME_FIELDS = 2;
/** Bytes of an id in a stream. */
export const ID_BYTES = 16;

/** The same, where the times at which consumers were active are written: 7.2 and later read it. */
export const ACTIVE_STREAM_TYPE = WITH_ACTIVE_TIMES;

/** One stream is packed at a time. */
const PACKER = new ListpackWriter();

/** Appends a stream's body, after its type byte. */
export function writeStream(writer: RdbWriter, stream: StreamValue, type = STREAM_TYPE): void {
  const nodes = stream.nodes().filter(({ count }) => count > 0);
  const packer = PACKER.begin();
  writer.length(nodes.length);
  for (const node of nodes) writeNode(writer, packer, node);
  writer.length(stream.size);
  for (const id of [stream.lastId, stream.first() ?? LOWEST_ID, stream.maxDeletedId]) writeId(writer, id);
  writer.unsigned(stream.entriesAdded);
  const groups = stream.groups();
  writer.length(groups.length);
  for (const group of groups) writeGroup(writer, group, type);
}

/** Appends a node: its key, which is the first entry's id, and its listpack. */
export function writeNode(writer: RdbWriter, packer: ListpackWriter, node: StreamNode): void {
  writer.length(ID_BYTES);
  writer.bytes(idBytes(node.first));
  writer.packed(packNode(packer, node));
}

function writeGroup(writer: RdbWriter, group: ConsumerGroup, type: number): void {
  writer.string(group.name);
  writeId(writer, group.lastId);
  // Unknown is -1, in 64 bits without a sign.
  writer.unsigned(group.entriesRead ?? UINT64_MAX);
  writer.length(group.pending.size);
  for (const entry of group.pending) {
    writer.bytes(idBytes(entry));
    writer.uint64LE(BigInt(entry.deliveredAt));
    writer.unsigned(entry.deliveries);
  }
  const consumers = group.consumers();
  writer.length(consumers.length);
  for (const { name, seenAt, activeAt, pending } of consumers) {
    writer.string(name);
    writeTime(writer, seenAt);
    if (type === WITH_ACTIVE_TIMES) writeTime(writer, activeAt);
    writer.length(pending.size);
    for (const entry of pending) writer.bytes(idBytes(entry));
  }
}

/** Appends an id as a stream's own ids are written. */
export function writeId(writer: RdbWriter, { ms, seq }: StreamId): void {
  writer.unsigned(ms);
  writer.unsigned(seq);
}

/** An id as entries are referred to. */
export function idBytes({ ms, seq }: StreamId): Buffer {
  const bytes = Buffer.allocUnsafe(ID_BYTES);
  bytes.writeBigUInt64BE(BigInt(ms), 0);
  bytes.writeBigUInt64BE(BigInt(seq), 8);
  return bytes;
}

/** A node's listpack: counters and field names of the first entry, then the entries as differences from its id. */
function packNode(packer: ListpackWriter, { entries, first, names }: StreamNode): Buffer {
  packer.integer(entries.length);
  packer.integer(0);
  packer.integer(names.length);
  for (const name of names) packer.string(name);
  packer.integer(0);
  for (const { ms, seq, fields } of entries) {
    const pairs = fields.length >> 1;
    const same = pairs === names.length && names.every((name, i) => name === fields[i * 2]);
    packer.integer(same ? SAME_FIELDS : 0);
    packer.integer(differenceOf(ms, first.ms));
    packer.integer(differenceOf(seq, first.seq));
    if (!same) packer.integer(pairs);
    for (let i = same ? 1 : 0; i < fields.length; i += same ? 2 : 1) packer.string(fields[i] ?? '');
    packer.integer(same ? pairs + 3 : pairs * 2 + 4);
  }
  return packer.take();
}

/** Reads a stream's body, after its type byte. @throws RdbFormatError when the bytes are no stream */
export function readStream(reader: RdbReader, type: number, limits: StreamLimits): StreamValue {
  const stream = new StreamValue(limits);
  for (let left = reader.length(); left > 0; left--) {
    const node = readNode(reader);
    const last = stream.nodes().at(-1)?.last;
    if (last !== undefined && compareIds(node.first, last) <= 0) reader.fail('stream nodes in the wrong order');
    if (node.count > 0) stream.addNode(node);
  }
  if (reader.length() !== stream.size) reader.fail('a stream whose length is wrong');
  stream.lastId = readId(reader);
  const last = stream.last();
  if (last !== undefined && compareIds(last, stream.lastId) > 0) reader.fail('a stream whose last id is not the last');
  if (type === WITHOUT_COUNTERS) {
    stream.entriesAdded = stream.size;
  } else {
    readId(reader); // the first entry's id, which the entries tell themselves
    stream.maxDeletedId = readId(reader);
    stream.entriesAdded = reader.unsigned();
  }
  for (let left = reader.length(); left > 0; left--) readGroup(reader, type, stream);
  return stream;
}

/** Undoes `writeNode`. */
export function readNode(reader: RdbReader): StreamNode {
  const key = reader.packed();
  if (key.length !== ID_BYTES) reader.fail('a stream node whose key is no id');
  return unpackNode(idOf(key), reader.packed());
}

function readGroup(reader: RdbReader, type: number, stream: StreamValue): void {
  const name = reader.string();
  if (stream.group(name) !== undefined) reader.fail('a stream group of the same name');
  const lastId = readId(reader);
  const group = stream.addGroup(
    name,
    lastId,
    type === WITHOUT_COUNTERS ? stream.entriesUpTo(lastId) : readEntriesRead(reader),
  );
  const undelivered = new Map<string, Delivery>();
  for (let left = reader.length(); left > 0; left--) {
    const id = reader.bytes(ID_BYTES).latin1Slice();
    if (undelivered.has(id)) reader.fail('a pending entry twice');
    undelivered.set(id, { deliveredAt: readTime(reader), deliveries: reader.unsigned() });
  }
  for (let left = reader.length(); left > 0; left--) readConsumer(reader, type, group, undelivered);
  if (undelivered.size > 0) reader.fail('a pending entry without a consumer');
}

interface Delivery {
  readonly deliveredAt: number;
  readonly deliveries: Uint64;
}

function readConsumer(reader: RdbReader, type: number, group: ConsumerGroup, undelivered: Map<string, Delivery>): void {
  const name = reader.string();
  if (group.consumer(name) !== undefined) reader.fail('a consumer of the same name');
  const seenAt = readTime(reader);
  // Redis' own guess for what an older version wrote.
  const activeAt = type === WITH_ACTIVE_TIMES ? readTime(reader) : seenAt;
  const consumer: Consumer = group.addConsumer(name, seenAt, activeAt);
  for (let left = reader.length(); left > 0; left--) {
    const id = reader.bytes(ID_BYTES);
    const key = id.latin1Slice();
    const delivery = undelivered.get(key);
    if (delivery === undefined) return reader.fail("a consumer's entry that its group does not have");
    undelivered.delete(key);
    group.deliver(idOf(id), consumer, delivery.deliveredAt, delivery.deliveries);
  }
}

/** Reads how many entries a group has read; undefined when that is not known. */
export function readEntriesRead(reader: RdbReader): Uint64 | undefined {
  const entriesRead = reader.unsigned();
  return entriesRead === UINT64_MAX ? undefined : entriesRead;
}

/** Appends a time, milliseconds since the epoch; -1 = never. */
export function writeTime(writer: RdbWriter, time: number): void {
  writer.uint64LE(BigInt.asUintN(64, BigInt(time)));
}

/** Undoes `writeTime`. */
export function readTime(reader: RdbReader): number {
  return Number(BigInt.asIntN(64, reader.uint64LE()));
}

/** Undoes `writeId`. */
export function readId(reader: RdbReader): StreamId {
  const ms = reader.unsigned();
  return { ms, seq: reader.unsigned() };
}

/** Undoes `idBytes`. */
export function idOf(bytes: Buffer): StreamId {
  return { ms: toUint64(bytes.readBigUInt64BE(0)), seq: toUint64(bytes.readBigUInt64BE(8)) };
}

/** Takes a node's listpack apart, one element after the other. */
class ElementReader {
  #at = 0;

  constructor(private readonly elements: readonly string[]) {}

  get done(): boolean {
    return this.#at >= this.elements.length;
  }

  string(): string {
    const element = this.elements[this.#at++];
    if (element === undefined) throw new RdbFormatError('a stream node ends too early');
    return element;
  }

  integer(): number | bigint {
    const value = parseInt64(this.string());
    if (value === undefined) throw new RdbFormatError('a stream node with a text where a number must stand');
    return value;
  }

  /** A number of elements to come. */
  count(): number {
    const value = Number(this.integer());
    if (value < 0 || value > this.elements.length) throw new RdbFormatError('a stream node with an impossible count');
    return value;
  }
}

function unpackNode(first: StreamId, packed: Buffer): StreamNode {
  const elements = new ElementReader(listpackElements(packed));
  const living = elements.count();
  elements.count(); // deleted entries, which the entries tell themselves
  const names = Array.from({ length: elements.count() }, () => elements.string());
  elements.integer();
  const node = new StreamNode(first, names);
  while (!elements.done) unpackEntry(elements, node);
  if (node.count !== living) throw new RdbFormatError('a stream node whose count is wrong');
  return node;
}

function unpackEntry(elements: ElementReader, node: StreamNode): void {
  const flags = elements.count();
  const ms = offsetUint64(node.first.ms, elements.integer());
  const id = { ms, seq: offsetUint64(node.first.seq, elements.integer()) };
  const names = (flags & SAME_FIELDS) === 0 ? undefined : node.names;
  const fields: string[] = [];
  for (let left = names?.length ?? elements.count(), i = 0; left > 0; left--, i++) {
    fields.push(names?.[i] ?? elements.string());
    fields.push(elements.string());
  }
  elements.integer();
  if (compareIds(id, node.last) < 0) throw new RdbFormatError('stream entries in the wrong order');
  node.add(id, fields);
  if ((flags & DELETED) !== 0) node.delete(id);
}
