import { writeSync } from 'node:fs';

const waiting = new Int32Array(new SharedArrayBuffer(4));

/** Writes a line to standard output at once: what is said is said, also when the process is killed right after. */
export function tell(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      // The pipe is full: who reads it has not been given the processor for a while.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error; // what writeSync throws
      Atomics.wait(waiting, 0, 0, 1);
    }
  }
}
