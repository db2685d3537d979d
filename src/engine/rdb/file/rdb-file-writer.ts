import { Crc64 } from '../crc64';
import { RdbWriter } from '../rdb-primitives';

/** The lowest version that holds everything there is in an engine: that of Redis 7.0. */
const VERSION = '0010';
const OPCODE = { library: 245, auxiliary: 250, expiryMs: 252, database: 254, end: 255 } as const;

/** What the head of a file says. */
export interface RdbFileHead {
  /** `redis-ver`. */
  readonly redisVersion: string;
  /** When the data was like this, milliseconds since the epoch. */
  readonly time: number;
}

/** Writes an RDB file that Redis 7.0 and later load, piece by piece: `take` answers what comes next in the file. */
export class RdbFileWriter {
  readonly #writer = new RdbWriter(true);
  readonly #crc = new Crc64();
  #db: number | undefined;

  /** Bytes that were written and not taken. */
  get size(): number {
    return this.#writer.view().length;
  }

  /** The head; the first thing in a file. */
  head({ redisVersion, time }: RdbFileHead): void {
    this.#writer.latin1(`REDIS${VERSION}`);
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
   * @param body type byte and body of the value, of a type that Redis 7.0 knows
   */
  key(db: number, key: string, expireAt: number, body: Buffer): void {
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
    writer.byte(body[0] ?? 0);
    writer.string(key);
    writer.bytes(body.subarray(1));
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
