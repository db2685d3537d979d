import { bodyOf } from '../../../engine/rdb/plain-value';
import { RdbFormatError } from '../../../engine/rdb/rdb-primitives';
import { RespiteError } from '../../../errors';
import type { MovedItem, Source } from '../transfer';
import { HEADER } from './ndjson-lines';
import { LineProblem, parseLine, type ParsedKey } from './parse-line';
import { splitLines } from './split-lines';

/** What is handed out at once: so many items, or bytes. */
const BATCH_ITEMS = 512;
const BATCH_BYTES = 1024 * 1024;

/** Reads a file of NDJSON, line by line. */
export class NdjsonSource implements Source {
  #line = 0;
  #hasHeader = false;
  #ended = false;
  #keys = 0;
  #functions = 0;
  /** The key whose further lines are expected. */
  #open: ParsedKey | undefined;

  /** @param name of the file, for messages */
  constructor(
    private readonly bytes: () => AsyncIterable<Uint8Array>,
    private readonly name: string,
  ) {}

  /** @throws RespiteError `IMPORT_FILE_INVALID` naming the line */
  async *batches(): AsyncGenerator<readonly MovedItem[], void, undefined> {
    let batch: MovedItem[] = [];
    let size = 0;
    for await (const text of splitLines(this.bytes())) {
      this.#line += 1;
      const item = this.#item(text);
      if (item === undefined) continue;
      batch.push(item);
      size += text?.length ?? 0;
      if (batch.length < BATCH_ITEMS && size < BATCH_BYTES) continue;
      yield batch;
      batch = [];
      size = 0;
    }
    this.#finish();
    if (batch.length > 0) yield batch;
  }

  #item(text: Buffer | undefined): MovedItem | undefined {
    if (text === undefined) throw this.#invalid('it is longer than 512 MB');
    if (text.every((byte) => byte === 0x20 || (byte >= 9 && byte <= 13))) return undefined;
    if (this.#ended) throw this.#invalid('it follows the line that says that the file ends');
    try {
      return this.#parsed(text);
    } catch (error) {
      if (error instanceof LineProblem || error instanceof RdbFormatError) throw this.#invalid(error.message);
      throw error;
    }
  }

  #parsed(text: Buffer): MovedItem | undefined {
    const line = parseLine(text);
    switch (line.kind) {
      case 'header':
        if (this.#keys > 0 || this.#hasHeader) throw new LineProblem('the head of a file stands here again');
        if (line.version !== HEADER.version)
          throw new LineProblem(`version ${String(line.version)} of the format is not known`);
        this.#hasHeader = true;
        return undefined;
      case 'end':
        this.#end(line);
        return undefined;
      case 'function':
        this.#functions += 1;
        return { kind: 'function', source: line.source };
      case 'key':
        return this.#key(line);
    }
  }

  #key(line: ParsedKey): MovedItem {
    const { db, key, expireAt, value, more } = line;
    const open = this.#open;
    const continues = open !== undefined;
    if (continues && (open.key !== key || open.db !== db || open.value.type !== value.type))
      throw new LineProblem(`it should go on with the key ${JSON.stringify(open.key)}, which has "more"`);
    if (more && value.type === 'stream') throw new LineProblem('a stream has one line');
    this.#open = more ? line : undefined;
    if (!more) this.#keys += 1;
    const body = bodyOf(value);
    if (continues || more) return { kind: 'part', db, key, expireAt, body, first: !continues, last: !more };
    return { kind: 'value', db, key, expireAt, body };
  }

  #end({ keys, functions }: { readonly keys: number; readonly functions: number }): void {
    this.#ended = true;
    if (this.#open !== undefined) throw new LineProblem(`the key ${JSON.stringify(this.#open.key)} is not complete`);
    if (keys !== this.#keys || functions !== this.#functions)
      throw new LineProblem(
        `it says ${String(keys)} keys and ${String(functions)} functions, but there are ${String(this.#keys)} and ${String(this.#functions)}`,
      );
  }

  /** A file that has a head has an end. */
  #finish(): void {
    if (this.#open !== undefined || (this.#hasHeader && !this.#ended))
      throw new RespiteError('IMPORT_FILE_INVALID', {
        message: `${this.name} ends too early, after line ${String(this.#line)}: it was cut off.`,
      });
  }

  #invalid(reason: string): RespiteError {
    return new RespiteError('IMPORT_FILE_INVALID', {
      message: `Line ${String(this.#line)} of ${this.name} cannot be imported: ${reason}.`,
    });
  }
}
