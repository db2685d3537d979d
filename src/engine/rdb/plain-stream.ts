import { StreamValue } from '../values/stream';
import type { ConsumerGroup } from '../values/stream-group';
import { compareIds, formatId, HIGHEST_ID, LOWEST_ID, type StreamId } from '../values/stream-id';
import type { StreamLimits } from '../values/stream-node';
import { toUint64, UINT64_MAX, type Uint64 } from '../values/uint64';
import { RdbFormatError } from './rdb-primitives';

/** What a stream holds. Ids are written `ms-seq`; numbers beyond 2^53 are text. */
export interface PlainStream {
  readonly entries: readonly (readonly [id: string, fields: readonly string[]])[];
  readonly lastId: string;
  readonly maxDeletedId: string;
  readonly entriesAdded: number | string;
  readonly groups: readonly PlainGroup[];
}

/** A consumer group; the moments are milliseconds since the epoch. */
export interface PlainGroup {
  readonly name: string;
  readonly lastId: string;
  /** null = not known. */
  readonly entriesRead: number | string | null;
  readonly consumers: readonly (readonly [name: string, seenAt: number])[];
  readonly pending: readonly (readonly [
    id: string,
    consumer: string,
    deliveredAt: number,
    deliveries: number | string,
  ])[];
}

/** What is in a stream. */
export function plainStream(stream: StreamValue): PlainStream {
  const entries: [string, readonly string[]][] = [];
  stream.visit(LOWEST_ID, HIGHEST_ID, false, (entry) => {
    entries.push([formatId(entry), entry.fields]);
    return true;
  });
  return {
    entries,
    lastId: formatId(stream.lastId),
    maxDeletedId: formatId(stream.maxDeletedId),
    entriesAdded: shown(stream.entriesAdded),
    groups: stream.groups().map(plainGroup),
  };
}

function plainGroup(group: ConsumerGroup): PlainGroup {
  return {
    name: group.name,
    lastId: formatId(group.lastId),
    entriesRead: group.entriesRead === undefined ? null : shown(group.entriesRead),
    consumers: group.consumers().map(({ name, seenAt }) => [name, seenAt] as const),
    pending: [...group.pending].map(
      (entry) => [formatId(entry), entry.consumer.name, entry.deliveredAt, shown(entry.deliveries)] as const,
    ),
  };
}

/** Undoes `plainStream`. @throws RdbFormatError when ids are none or out of order, or a consumer is missing */
export function streamOf(plain: PlainStream, limits: StreamLimits): StreamValue {
  const stream = new StreamValue(limits);
  for (const [text, fields] of plain.entries) {
    const id = idOf(text);
    if (compareIds(id, stream.lastId) <= 0)
      throw new RdbFormatError(`the entry ${text} is not after the one before it`);
    if (fields.length === 0 || fields.length % 2 !== 0)
      throw new RdbFormatError(`the entry ${text} has not a value for each field`);
    stream.add(id, [...fields]);
  }
  const last = stream.lastId;
  stream.lastId = idOf(plain.lastId);
  if (compareIds(last, stream.lastId) > 0)
    throw new RdbFormatError(`the last id ${plain.lastId} is before that of an entry`);
  stream.maxDeletedId = idOf(plain.maxDeletedId);
  stream.entriesAdded = uint64Of(plain.entriesAdded);
  for (const group of plain.groups) addGroup(stream, group);
  return stream;
}

function addGroup(stream: StreamValue, plain: PlainGroup): void {
  if (stream.group(plain.name) !== undefined) throw new RdbFormatError('two groups have one name');
  const { entriesRead } = plain;
  const group = stream.addGroup(
    plain.name,
    idOf(plain.lastId),
    entriesRead === null ? undefined : uint64Of(entriesRead),
  );
  for (const [name, seenAt] of plain.consumers) {
    if (group.consumer(name) !== undefined) throw new RdbFormatError('two consumers of a group have one name');
    group.addConsumer(name, seenAt, seenAt);
  }
  for (const [id, name, deliveredAt, deliveries] of plain.pending) {
    const consumer = group.consumer(name);
    if (consumer === undefined) throw new RdbFormatError(`the pending entry ${id} belongs to no consumer of its group`);
    group.deliver(idOf(id), consumer, deliveredAt, uint64Of(deliveries));
  }
}

function idOf(text: string): StreamId {
  const [, ms, seq] = /^(\d{1,20})-(\d{1,20})$/.exec(text) ?? [];
  if (ms === undefined || seq === undefined) throw new RdbFormatError(`'${text.slice(0, 50)}' is no id of a stream`);
  return { ms: uint64Of(ms), seq: uint64Of(seq) };
}

function uint64Of(value: number | string): Uint64 {
  const number = /^\d{1,20}$/.test(String(value)) ? BigInt(value) : UINT64_MAX + 1n;
  if (number > UINT64_MAX) throw new RdbFormatError(`'${String(value).slice(0, 50)}' is no number of up to 64 bits`);
  return toUint64(number);
}

/** Numbers that JSON keeps, and text for the others. */
function shown(value: Uint64): number | string {
  return typeof value === 'number' ? value : String(value);
}
