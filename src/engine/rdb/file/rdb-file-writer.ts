import { Crc64 } from '../crc64';
import { RdbFormatError, RdbReader, RdbWriter } from '../rdb-primitives';
import { hasTimedFields } from '../value-body';
import type { RdbItem } from './rdb-item';

/** The lowest version that holds everything: that of Redis 7.0, or with deadlines of hash fields that of 7.4. */
const VERSION = '0010';
const VERSION_WITH_TIMED_FIELDS = '0012';
const OPCODE = { library: 245, auxiliary: 250, expiryMs: 252, database: 254, end: 255 } as const;

type RdbPart = Extract<RdbItem, { kind: 'part' }>;

/** What the head of a file says. */
export interface RdbFileHead {
  /** `redis-ver`. */
  readonly redisVersion: string;
  /** When the data was like this, milliseconds since the epoch. */
  readonly time: number;
  /** Whether hashes may have fields with deadlines: such a file is for Redis 7.4 and later. */
  readonly timedFields: boolean;
}

/** Writes an RDB file that Redis 7.0 and later load (7.4 where fields have deadlines), piece by piece: `take` answers what comes next in the file. */
export class RdbFileWriter {
  readonly #writer = new RdbWriter(true);
  readonly #crc = new Crc64();
  #db: number | undefined;
  /** Elements still to come of the value that is being written. */
  #left = 0;
  #timedFields = false;

  /** Bytes that were written and not taken. */
  get size(): number {
    return this.#writer.size;
  }

  /** The head; the first thing in a file. */
  head({ redisVersion, time, timedFields }: RdbFileHead): void {
    this.#timedFields = timedFields;
    this.#writer.latin1(`REDIS${timedFields ? VERSION_WITH_TIMED_FIELDS : VERSION}`);
    const fields = {
      'redis-ver': redisVersion,
      'redis-bits': '64',
      ctime: String(Math.floor(time / 1000)),
      'aof-base': '0',
    };
    for (const [name, value] of Object.entries(fields)) {
      this.#writer.byte(OPCODE.auxiliary);
      this.#writer.string(name);
      this.#writer.string(value);
    }
  }

  /** A function library; they come before the keys. */
  library(source: string): void {
    this.#writer.byte(OPCODE.library);
    this.#writer.string(source);
  }

  /**
   * A key. Those of one database come together.
   * @param expireAt milliseconds since the epoch; 0 = never
   * @param body type byte and body of the value, of a type that the version of the file knows
   * @throws RdbFormatError when its fields have deadlines, and the head said that none has
   */
  key(db: number, key: string, expireAt: number, body: Buffer): void {
    if (!this.#timedFields && hasTimedFields(body))
      throw new RdbFormatError(
        'some of its fields have deadlines, and nothing said so when the file was begun (a version of Redis before 7.4 does not tell of any)',
      );
    this.#head(db, key, expireAt, body[0] ?? 0);
    this.#writer.bytes(body.subarray(1));
  }

  /**
   * A key whose value comes in parts, each of which has some of its elements (see `elementsBody`).
   * @throws RdbFormatError when they are not as many as was said
   */
  part({ db, key, expireAt, body, first, last, total = 0 }: RdbPart): void {
    const reader = new RdbReader(body);
    const type = reader.byte();
    const count = reader.length();
    if (first) {
      this.#head(db, key, expireAt, type);
      this.#writer.length(total);
      this.#left = total;
    }
    this.#left -= count;
    if (this.#left < 0 || (last && this.#left > 0)) reader.fail('a value that changed while it was read');
    this.#writer.bytes(body.subarray(reader.position));
  }

  #head(db: number, key: string, expireAt: number, type: number): void {
    const writer = this.#writer;
    if (db !== this.#db) {
      writer.byte(OPCODE.database);
      writer.length(db);
      this.#db = db;
    }
    if (expireAt !== 0) {
      writer.byte(OPCODE.expiryMs);
      writer.uint64LE(BigInt.asUintN(64, BigInt(expireAt)));
    }
    writer.byte(type);
    writer.string(key);
  }

  /** What was not taken yet, and the end, with the checksum. */
  end(): Buffer {
    this.#writer.byte(OPCODE.end);
    const bytes = this.take();
    this.#writer.uint64LE(this.#crc.value);
    return Buffer.concat([bytes, this.#writer.view()]);
  }

  /** What was written and not taken yet, as bytes of its own. */
  take(): Buffer {
    const bytes = Buffer.from(this.#writer.view());
    this.#writer.reset();
    this.#crc.update(bytes);
    return bytes;
  }
}
