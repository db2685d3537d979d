import { type FileHandle, link, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { asError, RespiteError } from '../../../errors';

/** Where an export is written to. */
export interface Output {
  /** @throws RespiteError `EXPORT_WRITE_FAILED` */
  write(bytes: Uint8Array): Promise<void>;
  /** All was written. @throws RespiteError `EXPORT_WRITE_FAILED`, `EXPORT_FILE_EXISTS` */
  finish(): Promise<void>;
  /** It is given up; nothing is left. */
  abandon(): Promise<void>;
}

/**
 * A file that is there when it is whole: it is written under a temporary name, synced and renamed. Only this user may read it.
 * @param force whether it takes the place of a file that is there
 * @throws RespiteError `EXPORT_FILE_EXISTS`, `EXPORT_WRITE_FAILED`
 */
export async function openOutputFile(path: string, force: boolean): Promise<Output> {
  if (!force && (await isThere(path))) throw exists(path);
  const temporary = `${path}.${String(process.pid)}.tmp`;
  const file = await attempt(path, () => open(temporary, 'wx', 0o600));
  return new OutputFile(path, temporary, file, force);
}

/** A stream, such as that to another program. */
export function toStream(stream: Writable): Output {
  const gone = new Promise<never>((_, reject) => {
    stream.once('error', (error) => {
      reject(writeFailed('the output', error));
    });
  });
  gone.catch(() => undefined); // heard of by whoever writes
  return {
    write: (bytes) =>
      Promise.race([
        gone,
        new Promise<void>((resolve) => {
          stream.write(bytes, () => {
            resolve();
          });
        }),
      ]),
    finish: () => Promise.resolve(),
    abandon: () => Promise.resolve(),
  };
}

class OutputFile implements Output {
  constructor(
    private readonly path: string,
    private readonly temporary: string,
    private readonly file: FileHandle,
    private readonly force: boolean,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    await attempt(this.path, () => this.file.writeFile(bytes));
  }

  async finish(): Promise<void> {
    await attempt(this.path, async () => {
      await this.file.sync();
      await this.file.close();
      if (this.force) await rename(this.temporary, this.path);
      else await this.#nameAnew();
      await syncFolder(dirname(this.path));
    });
  }

  async abandon(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await unlink(this.temporary).catch(() => undefined);
  }

  /** A link, unlike a rename, does not take the place of a file that somebody made meanwhile. */
  async #nameAnew(): Promise<void> {
    try {
      await link(this.temporary, this.path);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw exists(this.path);
      // A filesystem without links.
      if (await isThere(this.path)) throw exists(this.path);
      await rename(this.temporary, this.path);
      return;
    }
    await unlink(this.temporary);
  }
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // a folder cannot be opened there
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw RespiteError.is(error) ? error : writeFailed(path, error);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function exists(path: string): RespiteError {
  return new RespiteError('EXPORT_FILE_EXISTS', {
    message: `${path} is there already and stays as it is. Name another file, or use --force to replace it.`,
  });
}

function writeFailed(what: string, cause: unknown): RespiteError {
  return new RespiteError('EXPORT_WRITE_FAILED', {
    message: `${what} could not be written: ${asError(cause).message}. Nothing incomplete is left.`,
    cause,
  });
}
