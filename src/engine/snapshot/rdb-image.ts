import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EncodingLimits } from '../keyspace/entry';
import { type RdbFileHead, RdbFileWriter } from '../rdb/file/rdb-file-writer';
import { RdbReader, RdbWriter } from '../rdb/rdb-primitives';
import { RDB_TYPE } from '../rdb/rdb-value';
import type { Wanted } from '../replication/replica';
import { isStreamType } from '../rdb/stream-value';
import { asOldRedis } from '../rdb/value-body';
import { writeWhole } from '../rdb/whole-value';
import { type PackedRecord, parseSegmentKey, RecordBatchReader, RecordKind } from './record-batch';
import { loaderFor, type SegmentLoader } from './segments';
import type { DatasetLayout, SnapshotCut, SnapshotSource } from './source';

/** How long (ms) the event loop is kept from others at a time while keys are serialised. */
const SLICE_MS = 3;
/** Bytes of a piece of the image, about. */
const PIECE_BYTES = 256 * 1024;

/** What is read. */
export interface ImageParts {
  readonly snapshots: Pick<SnapshotSource, 'free' | 'begin'>;
  readonly limits: EncodingLimits;
  /** What the file says of itself: who reads it goes by that. */
  readonly head: () => RdbFileHead;
}

/**
 * Reads all of the data as of one moment, slice by slice, whatever changes meanwhile.
 * @param atThatMoment called then, before anything else happens
 * @returns an RDB file, in pieces
 */
export async function readRdbImage(
  { snapshots, limits, head }: ImageParts,
  { keys, functions }: Wanted,
  atThatMoment: () => void,
): Promise<Buffer[]> {
  await snapshots.free();
  const cut = snapshots.begin({ full: true, once: true });
  try {
    atThatMoment();
    const writer = new RdbFileWriter();
    writer.head(head());
    if (functions) for (const source of cut.layout.libraries) writer.library(source);
    const pieces: Buffer[] = [];
    if (keys) await writeKeys(cut, new KeyRecords(writer, cut.layout, limits), writer, pieces);
    pieces.push(writer.end());
    return pieces;
  } finally {
    // It was no snapshot: what changed is as unsaved as before.
    cut.abort();
  }
}

async function writeKeys(cut: SnapshotCut, records: KeyRecords, writer: RdbFileWriter, to: Buffer[]): Promise<void> {
  for (let batch = cut.next(SLICE_MS); batch !== undefined; batch = cut.next(SLICE_MS)) {
    for (const record = new RecordBatchReader(batch); record.next();) {
      records.add(record);
      if (writer.size >= PIECE_BYTES) to.push(writer.take());
    }
    await nextTurn();
  }
}

/** A record, its value as long as it is needed. */
type Kept = Pick<PackedRecord, 'kind' | 'key' | 'expireAt' | 'value'> & { readonly db: number };

/** A value that comes in segments. */
interface OpenValue {
  readonly head: Kept;
  readonly type: number;
  /** Elements, or bytes of a string; of a stream nothing. */
  readonly total: number;
  left: number;
  /** Set where segments cannot be written one by one: those of a stream. */
  readonly loader: SegmentLoader | undefined;
}

/** Writes the records of a cut as keys of an RDB file, where a value stands in one place: in a cut other keys come between its segments. */
class KeyRecords {
  /** Logical databases by dataset. */
  readonly #databases: ReadonlyMap<number, number>;
  #open: OpenValue | undefined;
  /** What came while a value was open. */
  readonly #later: Kept[] = [];

  constructor(
    private readonly writer: RdbFileWriter,
    layout: DatasetLayout,
    private readonly limits: EncodingLimits,
  ) {
    this.#databases = new Map(layout.datasets.map((dataset, database) => [dataset, database]));
  }

  add({ kind, dataset, key, expireAt, value }: PackedRecord): void {
    const db = this.#databases.get(dataset);
    if (db === undefined) return;
    if (kind === RecordKind.segment) this.#segment(key, value);
    else if (this.#open === undefined) this.#write({ kind, db, key, expireAt, value });
    else this.#later.push({ kind, db, key, expireAt, value: Buffer.from(value) });
  }

  #write(record: Kept): void {
    if (record.kind === RecordKind.whole) this.#key(record, record.value);
    else if (record.kind === RecordKind.head) this.#begin(record);
  }

  #key({ db, key, expireAt }: Kept, body: Buffer): void {
    this.writer.key(db, key, expireAt, asOldRedis(body));
  }

  #begin(record: Kept): void {
    const reader = new RdbReader(Buffer.from(record.value));
    const type = reader.byte();
    reader.length(); // the id its segments go by
    const loader = isStreamType(type) ? loaderFor(type, reader, this.limits) : undefined;
    const total = loader === undefined ? reader.length() : 0;
    this.#open = { head: { ...record, value: Buffer.alloc(0) }, type, total, left: total, loader };
    if (loader?.complete === true) this.#finishStream(loader);
  }

  #segment(key: string, bytes: Buffer): void {
    const open = this.#open;
    if (open === undefined) throw new TypeError('a segment of no value');
    const { loader } = open;
    if (loader === undefined) this.#part(open, bytes);
    else loader.segment(parseSegmentKey(key).segment, new RdbReader(bytes));
    if (loader?.complete === true) this.#finishStream(loader);
  }

  #part(open: OpenValue, bytes: Buffer): void {
    const { head, type, total, left } = open;
    const body = new RdbWriter();
    body.byte(type);
    const isText = type === RDB_TYPE.string;
    if (isText) body.length(bytes.length);
    body.bytes(bytes);
    open.left -= isText ? bytes.length : new RdbReader(bytes).length();
    const { db, key, expireAt } = head;
    const last = open.left === 0;
    this.writer.part({ kind: 'part', db, key, expireAt, body: body.view(), first: left === total, last, total });
    if (last) this.#close();
  }

  #finishStream(loader: SegmentLoader): void {
    const body = new RdbWriter();
    writeWhole(body, loader.finish().value);
    if (this.#open !== undefined) this.#key(this.#open.head, body.view());
    this.#close();
  }

  #close(): void {
    this.#open = undefined;
    for (let next = this.#later.shift(); next !== undefined; next = this.#later.shift()) {
      this.#write(next);
      if (next.kind === RecordKind.head) return;
    }
  }
}
