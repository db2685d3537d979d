import type { FileLayer } from '../../src/modules/snapshot/journal/file-layer';

/** One thing that was done to the disk. */
type Step =
  | { readonly kind: 'create'; readonly path: string }
  | { readonly kind: 'write'; readonly path: string; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly path: string; readonly length: number }
  | { readonly kind: 'sync'; readonly path: string }
  | { readonly kind: 'sync names' }
  | { readonly kind: 'unlink'; readonly path: string }
  /** Something others saw: it holds whatever happens to the machine afterwards. */
  | { readonly kind: 'seen'; readonly note: (seen: Map<string, number>) => void };

/** A random number below `limit`. */
export type Chance = (limit: number) => number;

interface PendingWrite {
  readonly at: number;
  readonly bytes: Uint8Array | undefined;
  /** Of a truncation: what is left. */
  readonly length: number;
}

interface DiskFile {
  content: Uint8Array;
  pending: PendingWrite[];
  /** Whether its name is on the disk, and whether the name's removal is. */
  named: boolean;
  removed: boolean;
}

/** Files in memory whose every step is kept, to say what a power cut may leave at any moment of them. */
export class RecordedFiles implements FileLayer {
  readonly steps: Step[] = [];
  readonly #paths: string[] = [];

  create(path: string): number {
    this.steps.push({ kind: 'create', path });
    return this.#paths.push(path) - 1;
  }

  open(path: string): number {
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

  /**
   * What a power cut after the first `steps` steps may leave: what was synced, and of each write since then all, nothing or
   * a part that ends at a sector.
   */
  crash(steps: number, chance: Chance): { readonly files: Map<string, Buffer>; readonly seen: Map<string, number> } {
    const disk = new Map<string, DiskFile>();
    const seen = new Map<string, number>();
    for (const step of this.steps.slice(0, steps)) {
      if (step.kind === 'seen') step.note(seen);
      else if (step.kind === 'sync names') syncNames(disk);
      else apply(disk, step);
    }
    const files = new Map<string, Buffer>();
    for (const [path, file] of disk) {
      if (!file.named && chance(2) === 0) continue;
      if (file.removed && chance(2) === 0) continue;
      files.set(path, Buffer.from(torn(file, chance)));
    }
    return { files, seen };
  }

  #path(fd: number): string {
    return this.#paths[fd] ?? '';
  }
}

function syncNames(disk: Map<string, DiskFile>): void {
  for (const [path, file] of disk) {
    file.named = true;
    if (file.removed) disk.delete(path);
  }
}

function apply(disk: Map<string, DiskFile>, step: Exclude<Step, { readonly kind: 'seen' | 'sync names' }>): void {
  if (step.kind === 'create') {
    disk.set(step.path, { content: new Uint8Array(0), pending: [], named: false, removed: false });
    return;
  }
  const file = disk.get(step.path);
  if (file === undefined) throw new Error(`${step.path} is not there`);
  if (step.kind === 'write') file.pending.push({ at: step.at, bytes: step.bytes, length: 0 });
  else if (step.kind === 'truncate') file.pending.push({ at: 0, bytes: undefined, length: step.length });
  else if (step.kind === 'unlink') file.removed = true;
  else {
    for (const write of file.pending.splice(0)) file.content = written(file.content, write);
  }
}

const SECTORS = [512, 4096];

/** A file's content when some of what was not synced has reached the disk, in any order. */
function torn({ content, pending }: DiskFile, chance: Chance): Uint8Array {
  let left = content;
  for (const write of pending) {
    const fate = chance(4);
    if (fate === 0) continue;
    if (fate < 3 || write.bytes === undefined) left = written(left, write);
    else {
      const sector = SECTORS[chance(SECTORS.length)] ?? 512;
      const most = Math.ceil(write.bytes.length / sector);
      const kept = Math.max(0, chance(most + 1) * sector - (write.at % sector));
      left = written(left, { ...write, bytes: write.bytes.subarray(0, kept) });
    }
  }
  return left;
}

function written(content: Uint8Array, { at, bytes, length }: PendingWrite): Uint8Array {
  if (bytes === undefined) return content.slice(0, length);
  if (bytes.length === 0) return content;
  const result = at + bytes.length > content.length ? new Uint8Array(at + bytes.length) : content.slice();
  if (result.length > content.length) result.set(content);
  result.set(bytes, at);
  return result;
}
