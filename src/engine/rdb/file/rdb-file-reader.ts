import { Crc64 } from '../crc64';
import { RdbFormatError, RdbWriter } from '../rdb-primitives';
import { RdbFileError } from './errors';
import { FileCursor } from './file-cursor';
import { moduleName } from './module-name';
import { ItemBatch, type RdbItem } from './rdb-item';
import { type Cutting, moduleParts, REFUSED_TYPES, skipValue, walkValue } from './value-walk';
import { SHORT, Window } from './window';

/** How a file is read; everything is optional. */
export interface RdbFileReaderOptions {
  /** Bytes after which a value is handed out in parts; default 8 MB. */
  readonly partBytes?: number;
  /** Whether the checksum is looked at; default true. */
  readonly checksum?: boolean;
}

const OPCODE = {
  slotInfo: 244,
  library: 245,
  earlyLibrary: 246,
  module: 247,
  idle: 248,
  frequency: 249,
  auxiliary: 250,
  sizes: 251,
  expiryMs: 252,
  expirySeconds: 253,
  database: 254,
  end: 255,
} as const;

const MAGIC_BYTES = 9;
/** RDB versions: of the newest Redis whose files are read (8.0), and of the first whose files end with a checksum. */
const NEWEST_VERSION = 12;
const FIRST_WITH_CHECKSUM = 5;
const CHECKSUM_BYTES = 8;
interface Usage {
  readonly idle?: number;
  readonly frequency?: number;
}

const NOT_SAID: Usage = {};

/**
 * Reads an RDB file, versions 1 to 12 (Redis 5 to 8 write 9 to 12), as it comes: memory is bounded by `partBytes`, except for
 * compressed texts and streams, which are whole.
 */
export class RdbFileReader {
  /** What the file says of itself: `redis-ver`, `ctime` and the like. */
  readonly fields = new Map<string, string>();
  /** Modules that keep data of their own beside the keys, by name: what they keep is left out. */
  readonly modules = new Set<string>();
  readonly #window: Window;
  readonly #cursor: FileCursor;
  readonly #partBytes: number;
  readonly #checksum: boolean;
  readonly #crc = new Crc64();
  #version = 0;
  #db = 0;
  #expireAt = 0;
  #usage: Usage = NOT_SAID;

  constructor(
    input: AsyncIterable<Uint8Array>,
    { partBytes = 8 * 1024 * 1024, checksum = true }: RdbFileReaderOptions = {},
  ) {
    this.#partBytes = partBytes;
    this.#checksum = checksum;
    this.#window = new Window(input, (bytes) => {
      if (checksum) this.#crc.update(bytes);
    });
    this.#cursor = new FileCursor(this.#window);
  }

  /** The RDB version of the file, once its first batch was read. */
  get version(): number {
    return this.#version;
  }

  /** Everything in the file, in batches. @throws RdbFileError */
  async *batches(): AsyncGenerator<RdbItem[], void, undefined> {
    let batch = new ItemBatch();
    try {
      await this.#magic();
      for (let type: number = OPCODE.sizes; type !== OPCODE.end;) {
        for (let item = this.#whole(); item !== undefined; item = batch.isFull ? undefined : this.#whole())
          batch.add(item);
        if (!batch.isFull) {
          // What comes next is not all there yet, or out of the ordinary.
          this.#cursor.key = undefined;
          type = await this.#cursor.byte();
          for await (const item of this.#items(type)) {
            if (batch.isFull) yield batch.items;
            if (batch.isFull) batch = new ItemBatch();
            batch.add(item);
          }
          this.#window.release();
        }
        if (batch.isFull) yield batch.items;
        if (batch.isFull) batch = new ItemBatch();
      }
      await this.#end();
      if (batch.items.length > 0) yield batch.items;
    } catch (error) {
      throw this.#cursor.withKey(error);
    } finally {
      await this.#window.close();
    }
  }

  /** The next key, without waiting; undefined when it is not all there, when it is to come in parts, and for what is none. */
  #whole(): RdbItem | undefined {
    const { at } = this.#window;
    const [expireAt, usage] = [this.#expireAt, this.#usage];
    let item: RdbItem | undefined;
    try {
      item = this.#wholeKey();
    } catch (error) {
      // Who waits for more comes upon it as well, and says where.
      if (!(error instanceof RdbFileError || error instanceof RdbFormatError)) throw error;
    }
    if (item !== undefined) return item;
    this.#window.at = at;
    this.#expireAt = expireAt;
    this.#usage = usage;
    return undefined;
  }

  #wholeKey(): RdbItem | undefined {
    const window = this.#window;
    let type = window.byte();
    if (type === OPCODE.expiryMs) {
      if (!window.skip(8)) return undefined;
      this.#expireAt = Number(window.buffer.readBigInt64LE(window.at - 8));
      type = window.byte();
    }
    if (type >= OPCODE.slotInfo || type === SHORT || REFUSED_TYPES[type] !== undefined) return undefined;
    const key = window.string();
    const valueAt = window.at;
    if (key === undefined || !skipValue(type, window)) return undefined;
    const length = window.at - valueAt;
    if (length > this.#partBytes) return undefined;
    window.release();
    const body = window.viewWith(type, length);
    const item: RdbItem = { kind: 'value', db: this.#db, key, expireAt: this.#expireAt, body, ...this.#usage };
    this.#expireAt = 0;
    this.#usage = NOT_SAID;
    return item;
  }

  async #magic(): Promise<void> {
    const magic = (await this.#cursor.bytes(MAGIC_BYTES)).latin1Slice();
    const version = /^REDIS(\d{4})$/.exec(magic)?.[1];
    if (magic.startsWith('VALKEY')) throw this.#cursor.unsupported('a file of Valkey 9 or later');
    if (version === undefined) throw new RdbFileError('damaged', 'the file does not begin as an RDB file does');
    this.#version = Number(version);
    if (this.#version < 1 || this.#version > NEWEST_VERSION)
      throw this.#cursor.unsupported(`RDB version ${String(this.#version)}`);
  }

  /** What begins with a type or opcode. */
  async *#items(type: number): AsyncGenerator<RdbItem, void, undefined> {
    if (type < OPCODE.slotInfo) {
      yield* this.#value(type);
    } else if (type !== OPCODE.end) {
      const item = await this.#opcode(type);
      if (item !== undefined) yield item;
    }
  }

  /** What is not a key. */
  async #opcode(code: number): Promise<RdbItem | undefined> {
    switch (code) {
      case OPCODE.library:
        return { kind: 'function', source: await this.#cursor.string() };
      case OPCODE.database:
        this.#db = await this.#cursor.length();
        return undefined;
      case OPCODE.expiryMs:
        this.#expireAt = Number((await this.#cursor.bytes(8)).readBigInt64LE(0));
        return undefined;
      case OPCODE.expirySeconds:
        this.#expireAt = (await this.#cursor.bytes(4)).readInt32LE(0) * 1000;
        return undefined;
      case OPCODE.idle:
        this.#usage = { idle: await this.#cursor.length() };
        return undefined;
      case OPCODE.frequency:
        this.#usage = { frequency: await this.#cursor.byte() };
        return undefined;
      case OPCODE.auxiliary:
        this.fields.set(await this.#cursor.string(), await this.#cursor.string());
        return undefined;
      case OPCODE.module:
        await this.#moduleData();
        return undefined;
      case OPCODE.sizes:
      case OPCODE.slotInfo:
        for (let left = code === OPCODE.sizes ? 2 : 3; left > 0; left--) await this.#cursor.length();
        return undefined;
      default:
        throw this.#cursor.unsupported(
          code === OPCODE.earlyLibrary
            ? 'functions of a release candidate of Redis 7.0'
            : `what begins with ${String(code)}`,
        );
    }
  }

  async *#value(type: number): AsyncGenerator<RdbItem, void, undefined> {
    const start = this.#window.position;
    const key = await this.#cursor.string();
    this.#cursor.key = key;
    this.#cursor.db = this.#db;
    const common = { db: this.#db, key, expireAt: this.#expireAt };
    const usage = this.#usage;
    this.#expireAt = 0;
    this.#usage = NOT_SAID;
    this.#window.release();
    const cutting: Cutting = { elementsAt: undefined, count: 0, after: this.#partBytes };
    const walk = walkValue(type, this.#window, cutting);
    if (walk === undefined) throw this.#unknown(type, start);
    const valueAt = this.#window.position;
    let first = true;
    for (let step = walk.next(); step.done !== true; step = walk.next()) {
      if (step.value === 'more') {
        await this.#cursor.fill(cutting.elementsAt ?? valueAt);
        continue;
      }
      yield { kind: 'part', ...common, body: this.#part(type, cutting), first, last: false };
      first = false;
    }
    const what = REFUSED_TYPES[type];
    if (what !== undefined) yield { kind: 'refused', db: common.db, key, what };
    else if (first) yield { kind: 'value', ...common, body: this.#body(type, valueAt), ...usage };
    else yield { kind: 'part', ...common, body: this.#part(type, cutting), first, last: true };
  }

  /** The value that was walked through, whole. */
  #body(type: number, from: number): Buffer {
    const { buffer, at, position } = this.#window;
    const length = position - from;
    const body = Buffer.allocUnsafe(length + 1);
    body[0] = type;
    buffer.copy(body, 1, at - length, at);
    return body;
  }

  /** The elements since the last cut, as a value of their own; what was before them is left behind. */
  #part(type: number, cutting: Cutting): Buffer {
    const { buffer, at, position } = this.#window;
    const length = position - (cutting.elementsAt ?? position);
    const writer = new RdbWriter();
    writer.byte(type);
    writer.length(cutting.count);
    writer.bytes(buffer.subarray(at - length, at));
    cutting.count = 0;
    cutting.elementsAt = position;
    this.#window.release();
    return writer.view();
  }

  async #moduleData(): Promise<void> {
    this.modules.add(moduleName(await this.#cursor.id()));
    for (let left = 2; left > 0; left--) await this.#cursor.length();
    await this.#cursor.walk(moduleParts(this.#window));
  }

  async #end(): Promise<void> {
    this.#window.release();
    const computed = this.#crc.value;
    if (this.#version >= FIRST_WITH_CHECKSUM) {
      const stored = (await this.#cursor.bytes(CHECKSUM_BYTES)).readBigUInt64LE(0);
      if (this.#checksum && stored !== 0n && stored !== computed)
        throw new RdbFileError('damaged', 'the checksum at the end of the file is not that of what stands before it');
    }
    this.#window.release();
    if (this.#window.available > 0 || (await this.#window.fill()))
      throw this.#cursor.unsupported('what follows the end, as in an append-only file,');
  }

  #unknown(type: number, at: number): RdbFileError {
    return new RdbFileError(
      'unsupported',
      `type ${String(type)} is not known (byte ${String(at - 1)}${this.#cursor.ofKey()})`,
    );
  }
}
