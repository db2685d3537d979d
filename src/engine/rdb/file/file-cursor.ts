import { RdbFormatError, RdbReader } from '../rdb-primitives';
import { RdbFileError } from './errors';
import type { ValueWalk } from './value-walk';
import { SHORT, type Window } from './window';

/** A value that cannot be cut is refused beyond this: no payload may be longer. */
const LONGEST_VALUE = 512 * 1024 * 1024;

/** Reads through a window and waits for more of the stream where it has to. Errors name the key that is being read. */
export class FileCursor {
  key: string | undefined;
  db = 0;

  constructor(private readonly window: Window) {}

  /** Waits for more. @param from what is kept begins there. @throws RdbFileError at the end of the stream */
  async fill(from = this.window.position): Promise<void> {
    if (this.window.position - from > LONGEST_VALUE)
      throw this.unsupported('a value of more than 512 MB that cannot be taken apart');
    if (await this.window.fill()) return;
    const end = this.window.position + this.window.available;
    throw new RdbFileError('truncated', `it ends at byte ${String(end)}${this.ofKey()}, in the middle of something`);
  }

  async walk(walk: ValueWalk): Promise<void> {
    const from = this.window.position;
    for (let step = walk.next(); step.done !== true; step = walk.next()) await this.fill(from);
  }

  async byte(): Promise<number> {
    for (;;) {
      const byte = this.window.byte();
      if (byte !== SHORT) return byte;
      await this.fill();
    }
  }

  async length(): Promise<number> {
    for (;;) {
      const length = this.window.length();
      if (length !== SHORT) return length;
      await this.fill();
    }
  }

  /** A length that may be any number of 64 bits. */
  async id(): Promise<bigint> {
    const start = this.window.position;
    await this.length();
    const { buffer, at, position } = this.window;
    return BigInt(new RdbReader(buffer.subarray(at - (position - start), at)).unsigned());
  }

  /** A view of the next bytes, valid until more is read. */
  async bytes(count: number): Promise<Buffer> {
    while (!this.window.skip(count)) await this.fill();
    const { buffer, at } = this.window;
    return buffer.subarray(at - count, at);
  }

  async string(): Promise<string> {
    const start = this.window.position;
    while (!this.window.skipString()) await this.fill();
    const { buffer, at, position } = this.window;
    return new RdbReader(buffer.subarray(at - (position - start), at)).string();
  }

  /** What is to be thrown for something that is known and not read. */
  unsupported(what: string): RdbFileError {
    return new RdbFileError('unsupported', `${what} is not read (byte ${String(this.window.position)}${this.ofKey()})`);
  }

  /** An error of the parts that know no key. */
  withKey(error: unknown): unknown {
    if (error instanceof RdbFormatError)
      return new RdbFileError('damaged', this.window.damaged(error.message).message + this.ofKey());
    if (!(error instanceof RdbFileError) || error.trouble !== 'damaged') return error;
    return new RdbFileError('damaged', error.message + this.ofKey());
  }

  ofKey(): string {
    if (this.key === undefined) return '';
    return `, of the key ${JSON.stringify(this.key.slice(0, 100))} of database ${String(this.db)}`;
  }
}
