import { type PackedRecord, type RecordBatchWriter, RecordKind } from '../../../engine/snapshot/record-batch';
import { MessageOpener, MessageSealer, NameHider, SALT_BYTES, TAG_BYTES } from '../encryption/cipher';
import {
  blankEntry,
  DamagedRecordError,
  type RecordNames,
  seal,
  SEALED_ENTRY,
  type StoredEntry,
  unsealedEnd,
} from './record-format';

/** What a directory's data is encrypted with. */
export interface DatasetKey {
  /** `KEY_BYTES` of them. */
  readonly key: Uint8Array;
  /** Identity of the data directory: what was sealed for one cannot be put into another. */
  readonly datasetId: string;
}

const PURPOSE = 'records of ';
const NUMBER_AT = 1 + SALT_BYTES;
const MESSAGE_AT = NUMBER_AT + 4;

const EXPIRY_AT = 1;
const KEY_LENGTH_AT = 9;
const KEY_AT = 13;

/** LMDB keys of encrypted records. */
export function sealedNames({ key, datasetId }: DatasetKey): RecordNames {
  const names = new NameHider(key, datasetId);
  return { of: (prefix, name) => prefix + KEY_IS_HIDDEN + names.hide(prefix + name) };
}

const KEY_IS_HIDDEN = '\x02';

/** Encrypts the records of one snapshot. */
export class RecordSealer {
  readonly #sealer: MessageSealer;

  constructor({ key, datasetId }: DatasetKey) {
    this.#sealer = new MessageSealer(key, PURPOSE + datasetId);
  }

  /** What is stored under `storedKey`, which is bound to it. */
  encode(storedKey: string, record: PackedRecord): StoredEntry {
    return this.#seal(storedKey, record.kind === RecordKind.segment ? segmentMessage(record) : keyMessage(record));
  }

  /** For what is none of the records. @returns the value of an entry, without format byte and checksum */
  encodeText(text: string, about: string): Buffer {
    const message = Buffer.from(text);
    const sealed = Buffer.alloc(MESSAGE_AT - 1 + message.length + TAG_BYTES);
    this.#write(message, Buffer.from(about), sealed, 0);
    return sealed;
  }

  #seal(storedKey: string, message: Buffer): StoredEntry {
    const entry = blankEntry(storedKey, MESSAGE_AT + message.length + TAG_BYTES);
    const { bytes, valueAt } = entry;
    bytes[valueAt] = SEALED_ENTRY;
    this.#write(message, bytes.subarray(0, valueAt), bytes, valueAt + 1);
    seal(entry);
    return entry;
  }

  #write(message: Buffer, about: Buffer, into: Buffer, at: number): void {
    into.set(this.#sealer.salt, at);
    into.writeUInt32LE(this.#sealer.next, at + SALT_BYTES);
    this.#sealer.seal(message, about, into, at + SALT_BYTES + 4);
  }
}

/** Decrypts records, of whichever snapshots. */
export class RecordOpener {
  readonly #opener: MessageOpener;

  constructor({ key, datasetId }: DatasetKey) {
    this.#opener = new MessageOpener(key, PURPOSE + datasetId);
  }

  /** Appends the record behind an LMDB entry to a batch. @throws DamagedRecordError */
  relay(entry: StoredEntry, batch: RecordBatchWriter): void {
    const { bytes, keyAt, valueAt } = entry;
    const end = unsealedEnd(entry);
    if (bytes[valueAt] !== SEALED_ENTRY || end < valueAt + MESSAGE_AT)
      throw new DamagedRecordError('an entry is not encrypted');
    const message = this.#open(bytes.subarray(valueAt + 1, end), bytes.subarray(keyAt, valueAt));
    const dataset = bytes.readUInt32BE(keyAt + 1);
    if (message[0] === RecordKind.segment)
      relaySegment(bytes.subarray(keyAt + DATASET_END, valueAt), dataset, message, batch);
    else relayKey(dataset, message, batch);
  }

  /** Undoes `encodeText`. @throws DamagedRecordError */
  decodeText(sealed: Buffer, about: string): string {
    return this.#open(sealed, Buffer.from(about)).toString();
  }

  #open(sealed: Buffer, about: Buffer): Buffer {
    const salt = sealed.subarray(0, SALT_BYTES);
    const number = sealed.length < MESSAGE_AT ? 0 : sealed.readUInt32LE(SALT_BYTES);
    const message = this.#opener.open(salt, number, sealed.subarray(MESSAGE_AT - 1), about);
    if (message === undefined)
      throw new DamagedRecordError('an entry was not encrypted with this key, or is another one');
    return message;
  }
}

/** Where the dataset id of an LMDB key ends. */
const DATASET_END = 5;

/** Kind, expiry, length of the key, key, value. */
function keyMessage({ kind, expireAt, key, value }: PackedRecord): Buffer {
  const message = Buffer.allocUnsafe(KEY_AT + key.length + value.length);
  message[0] = kind;
  message.writeDoubleLE(expireAt, EXPIRY_AT);
  message.writeUInt32LE(key.length, KEY_LENGTH_AT);
  message.latin1Write(key, KEY_AT);
  message.set(value, KEY_AT + key.length);
  return message;
}

/** Kind, value; its key is a number that tells nothing. */
function segmentMessage({ kind, value }: PackedRecord): Buffer {
  const message = Buffer.allocUnsafe(1 + value.length);
  message[0] = kind;
  message.set(value, 1);
  return message;
}

// What was opened is what was sealed: its shape needs no second look.
function relayKey(dataset: number, message: Buffer, batch: RecordBatchWriter): void {
  const keyLength = message.readUInt32LE(KEY_LENGTH_AT);
  const kind = message[0] === RecordKind.head ? RecordKind.head : RecordKind.whole;
  batch.begin(kind, dataset, message.readDoubleLE(EXPIRY_AT), keyLength);
  batch.bytes(message, KEY_AT, message.length);
  batch.end();
}

function relaySegment(key: Buffer, dataset: number, message: Buffer, batch: RecordBatchWriter): void {
  batch.begin(RecordKind.segment, dataset, 0, key.length);
  batch.bytes(key, 0, key.length);
  batch.bytes(message, 1, message.length);
  batch.end();
}
