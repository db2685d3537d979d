import type { EncodingLimits } from '../../keyspace/entry';
import { IdBlock } from '../../values/id-sequence';
import type { Segment } from '../../values/segment';
import { StreamValue } from '../../values/stream';
import type { ConsumerGroup, PendingEntry } from '../../values/stream-group';
import { compareIds, type StreamId } from '../../values/stream-id';
import { StreamNode } from '../../values/stream-node';
import { UINT64_MAX } from '../../values/uint64';
import { ListpackWriter } from '../../rdb/listpack-writer';
import { RdbFormatError, type RdbReader, type RdbWriter } from '../../rdb/rdb-primitives';
import {
  ID_BYTES,
  idBytes,
  idOf,
  readEntriesRead,
  readId,
  readNode,
  readTime,
  writeId,
  writeNode,
  writeTime,
} from '../../rdb/stream-value';
import { NumberedSegments, readNumbers, SegmentCollection, writeNumbers } from './numbered-segments';
import type { Reading, Segmentation, SegmentLoader } from './segmentation';

/** What a segment of a stream is. */
const NODE = 0;
const PENDING = 1;

/** Streams are cut into their nodes, and the pending entries of each group into the blocks they are kept in. */
export class StreamSegmentation implements Segmentation {
  readonly fits = true;
  readonly #packer = new ListpackWriter();

  constructor(
    private readonly stream: StreamValue,
    private readonly segments = new NumberedSegments(),
  ) {}

  read(everything: boolean): Reading {
    const reading = this.segments.read(segmentsOf(this.stream), everything, (writer, segment) => {
      this.#write(writer, segment);
    });
    return {
      removed: reading.removed,
      head: (writer) => {
        writeHead(writer, this.stream);
      },
      next: (writer) => reading.next(writer),
      undo: () => {
        reading.undo();
      },
    };
  }

  #write(writer: RdbWriter, segment: Segment): void {
    if (segment instanceof StreamNode) {
      writer.byte(NODE);
      writeNode(writer, this.#packer, segment);
    } else if (segment instanceof IdBlock) {
      writer.byte(PENDING);
      writePending(writer, segment.items as PendingEntry[]); // a stream keeps nothing else in blocks
    }
  }
}

/** Nodes whose entries were all deleted are not kept. */
function livingNodes(stream: StreamValue): StreamNode[] {
  return stream.nodes().filter(({ count }) => count > 0);
}

function segmentsOf(stream: StreamValue): Segment[] {
  const segments: Segment[] = livingNodes(stream);
  for (const { pending } of stream.groups()) for (const block of pending.blocks()) segments.push(block);
  return segments;
}

function writeHead(writer: RdbWriter, stream: StreamValue): void {
  writer.length(stream.size);
  writeId(writer, stream.lastId);
  writeId(writer, stream.maxDeletedId);
  writer.unsigned(stream.entriesAdded);
  writeNumbers(writer, livingNodes(stream));
  const groups = stream.groups();
  writer.length(groups.length);
  for (const group of groups) writeGroupHead(writer, group);
}

function writeGroupHead(writer: RdbWriter, group: ConsumerGroup): void {
  writer.string(group.name);
  writeId(writer, group.lastId);
  writer.unsigned(group.entriesRead ?? UINT64_MAX);
  writer.length(group.pending.size);
  writeNumbers(writer, group.pending.blocks());
  const consumers = group.consumers();
  writer.length(consumers.length);
  for (const { name, seenAt, activeAt } of consumers) {
    writer.string(name);
    writeTime(writer, seenAt);
    writeTime(writer, activeAt);
  }
}

/** Consumers are named once per segment. */
function writePending(writer: RdbWriter, entries: readonly PendingEntry[]): void {
  const names = [...new Set(entries.map(({ consumer }) => consumer.name))];
  const places = new Map(names.map((name, place) => [name, place]));
  writer.length(names.length);
  for (const name of names) writer.string(name);
  writer.length(entries.length);
  for (const entry of entries) {
    writer.bytes(idBytes(entry));
    writer.length(places.get(entry.consumer.name) ?? 0);
    writer.uint64LE(BigInt(entry.deliveredAt));
    writer.unsigned(entry.deliveries);
  }
}

interface LoadingGroup {
  readonly group: ConsumerGroup;
  readonly pendingCount: number;
  readonly blocks: SegmentCollection<IdBlock<PendingEntry>>;
}

/** Collects nodes and pending entries of a stream. */
export class StreamLoader implements SegmentLoader {
  readonly #stream: StreamValue;
  readonly #size: number;
  readonly #nodes: SegmentCollection<StreamNode>;
  readonly #groups: LoadingGroup[] = [];
  /** Whose pending entries a segment holds. */
  readonly #groupOf = new Map<number, LoadingGroup>();

  /** @param activeTimes whether the head tells when consumers were active; those of versions before do not */
  constructor(
    head: RdbReader,
    private readonly activeTimes: boolean,
    limits: EncodingLimits,
  ) {
    const stream = new StreamValue(limits);
    this.#stream = stream;
    this.#size = head.length();
    stream.lastId = readId(head);
    stream.maxDeletedId = readId(head);
    stream.entriesAdded = head.unsigned();
    this.#nodes = new SegmentCollection(readNumbers(head));
    for (let left = head.length(); left > 0; left--) this.#readGroup(head);
  }

  get complete(): boolean {
    return this.#nodes.complete && this.#groups.every(({ blocks }) => blocks.complete);
  }

  segment(number: number, reader: RdbReader): void {
    const isNode = reader.byte() === NODE;
    const loading = this.#groupOf.get(number);
    const expected = isNode
      ? this.#nodes.add(number, readNode(reader))
      : loading?.blocks.add(number, new IdBlock(readPending(reader, loading.group)));
    if (expected !== true) reader.fail(`an unexpected segment ${String(number)} of a stream`);
  }

  finish(): { readonly value: StreamValue; readonly segmentation: Segmentation } {
    const value = this.#stream;
    let last: StreamId | undefined;
    for (const node of this.#nodes) {
      if (last !== undefined && compareIds(node.first, last) <= 0) throw misplaced();
      last = node.last;
      value.addNode(node);
    }
    for (const { group, blocks, pendingCount } of this.#groups) {
      for (const block of blocks) addBlock(group, block);
      if (group.pending.size !== pendingCount) throw misplaced();
    }
    if (value.size !== this.#size) throw misplaced();
    return { value, segmentation: new StreamSegmentation(value, NumberedSegments.loaded(segmentsOf(value))) };
  }

  #readGroup(head: RdbReader): void {
    const group = this.#stream.addGroup(head.string(), readId(head), readEntriesRead(head));
    const pendingCount = head.length();
    const loading: LoadingGroup = { group, pendingCount, blocks: new SegmentCollection(readNumbers(head)) };
    this.#groups.push(loading);
    for (const number of loading.blocks.numbers) this.#groupOf.set(number, loading);
    for (let left = head.length(); left > 0; left--) {
      const name = head.string();
      const seenAt = readTime(head);
      group.addConsumer(name, seenAt, this.activeTimes ? readTime(head) : seenAt);
    }
  }
}

/** The consumers' own lists are made from the entries. */
function readPending(reader: RdbReader, group: ConsumerGroup): PendingEntry[] {
  const consumers = Array.from({ length: reader.length() }, () => {
    return group.consumer(reader.string()) ?? reader.fail('a pending entry of an unknown consumer');
  });
  return Array.from({ length: reader.length() }, () => {
    const { ms, seq } = idOf(reader.bytes(ID_BYTES));
    const consumer = consumers[reader.length()] ?? reader.fail('a pending entry without a consumer');
    const entry: PendingEntry = { ms, seq, consumer, deliveredAt: readTime(reader), deliveries: reader.unsigned() };
    consumer.pending.add(entry);
    return entry;
  });
}

function addBlock({ pending }: ConsumerGroup, block: IdBlock<PendingEntry>): void {
  const [first] = block.items;
  const last = pending.last();
  if (first === undefined || (last !== undefined && compareIds(first, last) <= 0)) throw misplaced();
  pending.addBlock(block);
}

function misplaced(): RdbFormatError {
  return new RdbFormatError('a stream whose segments do not belong together');
}
