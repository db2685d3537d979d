import { RdbFileError } from '../../../engine/rdb/file/errors';
import { RdbFileReader } from '../../../engine/rdb/file/rdb-file-reader';
import { RespiteError } from '../../../errors';
import { NdjsonSource } from '../ndjson/ndjson-reader';
import { unlessInterrupted } from '../interruption';
import type { MovedItem, Source } from '../transfer';
import type { InputFile } from './input-file';

/** What a file holds. */
export class FileSource implements Source {
  #modules: ReadonlySet<string> = new Set();

  /** @param checksum whether the checksum of an RDB file is looked at */
  constructor(
    private readonly file: InputFile,
    private readonly name: string,
    private readonly checksum = true,
  ) {}

  /** Modules of Redis whose data beside the keys is left out; complete when everything was read. */
  get modules(): readonly string[] {
    return [...this.#modules].sort();
  }

  /** @throws RespiteError `IMPORT_FILE_INVALID`, `IMPORT_NOT_SUPPORTED`, `IMPORT_FILE_UNREADABLE`, `MIGRATION_INTERRUPTED` */
  async *batches(signal: AbortSignal | undefined): AsyncGenerator<readonly MovedItem[], void, undefined> {
    for await (const batch of this.#items()) {
      unlessInterrupted(signal);
      yield batch;
    }
  }

  async *#items(): AsyncGenerator<readonly MovedItem[], void, undefined> {
    if (this.file.format === 'ndjson') {
      yield* new NdjsonSource(() => this.file.bytes(), this.name).batches();
      return;
    }
    try {
      const reader = new RdbFileReader(this.file.bytes(), { checksum: this.checksum });
      this.#modules = reader.modules;
      yield* reader.batches();
    } catch (error) {
      throw error instanceof RdbFileError ? this.#trouble(error) : error;
    }
  }

  #trouble({ trouble, message }: RdbFileError): RespiteError {
    if (trouble === 'unsupported')
      return new RespiteError('IMPORT_NOT_SUPPORTED', { message: `${this.name} cannot be imported: ${message}.` });
    return new RespiteError('IMPORT_FILE_INVALID', { message: `${this.name} is ${trouble}: ${message}.` });
  }
}
