import type { FileLayer } from '../../src/modules/snapshot/journal/file-layer';
import { FRAME_BYTES, frameSize, sealFrame } from '../../src/modules/snapshot/journal/frame';
import { type Chance, cutAfter, type Left, type Step } from './power-cut';

/** Files in memory whose every step is kept, to say what a power cut may leave at any moment of them. */
export class RecordedFiles implements FileLayer {
  readonly steps: Step[] = [];
  readonly #paths: string[] = [];

  create(path: string): number {
    this.steps.push({ kind: 'create', path });
    return this.#paths.push(path) - 1;
  }

  write(fd: number, bytes: Uint8Array, at: number): number {
    this.steps.push({ kind: 'write', path: this.#path(fd), at, bytes: Uint8Array.from(bytes) });
    return bytes.length;
  }

  sync(fd: number): void {
    this.steps.push({ kind: 'sync', path: this.#path(fd) });
  }

  truncate(fd: number, length: number): void {
    this.steps.push({ kind: 'truncate', path: this.#path(fd), length });
  }

  close(): void {
    // Closing changes nothing on a disk.
  }

  rename(from: string, to: string): void {
    this.steps.push({ kind: 'rename', from, to });
    this.#paths.forEach((path, fd) => {
      if (path === from) this.#paths[fd] = to;
    });
  }

  /** Whether there is a file of that name. */
  has(path: string): boolean {
    return this.#paths.includes(path);
  }

  unlink(path: string): void {
    this.steps.push({ kind: 'unlink', path });
  }

  syncDirectory(): void {
    this.steps.push({ kind: 'sync names' });
  }

  /** Notes that others saw something. */
  seen(note: (seen: Map<string, number>) => void): void {
    this.steps.push({ kind: 'seen', note });
  }

  /** What a power cut after the first `steps` steps may leave. */
  crash(steps: number, chance: Chance): Left {
    return cutAfter(this.steps.slice(0, steps), chance);
  }

  #path(fd: number): string {
    return this.#paths[fd] ?? '';
  }
}

/** A sealed frame of a journal. @param time milliseconds since the epoch */
export function frameOf(payload: string, number: number, time: number): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(new ArrayBuffer(frameSize(payload.length)));
  bytes.write(payload, FRAME_BYTES, 'latin1');
  sealFrame(bytes, payload.length, number, time);
  return new Uint8Array(bytes.buffer);
}
