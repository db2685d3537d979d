/** One thing that was done to the disk. */
export type Step =
  | { readonly kind: 'create'; readonly path: string }
  | { readonly kind: 'write'; readonly path: string; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly path: string; readonly length: number }
  | { readonly kind: 'sync'; readonly path: string }
  | { readonly kind: 'sync names' }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'unlink'; readonly path: string }
  /** Something others saw: it holds whatever happens to the machine afterwards. */
  | { readonly kind: 'seen'; readonly note: (seen: Map<string, number>) => void };

/** A random number below `limit`. */
export type Chance = (limit: number) => number;

/** What a power cut may have left. */
export interface Left {
  readonly files: Map<string, Buffer>;
  readonly seen: Map<string, number>;
}

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
  /** The name it has on the disk until names are synced. */
  formerly: string | undefined;
  /** What was there by its present name before, and may still be. */
  covers: DiskFile | undefined;
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function chances(seed: number): Chance {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/**
 * What a power cut after these steps may leave: what was synced, and of each write since then all, nothing or a part that
 * ends at a sector; names as they are, or as they were when names were last synced.
 */
export function cutAfter(steps: readonly Step[], chance: Chance): Left {
  const disk = new Map<string, DiskFile>();
  const seen = new Map<string, number>();
  for (const step of steps) {
    if (step.kind === 'seen') step.note(seen);
    else if (step.kind === 'sync names') syncNames(disk);
    else if (step.kind === 'rename') rename(disk, step.from, step.to);
    else apply(disk, step);
  }
  const files = new Map<string, Buffer>();
  const leave = (path: string, file: DiskFile): void => {
    files.set(path, Buffer.from(torn(file, chance)));
  };
  for (const [path, file] of disk) {
    if (!file.named && chance(2) === 0) continue;
    if (file.removed && chance(2) === 0) continue;
    if (file.formerly === undefined || chance(2) === 0) leave(path, file);
    else {
      leave(file.formerly, file);
      if (file.covers !== undefined) leave(path, file.covers);
    }
  }
  return { files, seen };
}

/** What the end of a process leaves after these steps: all of them. */
export function killedAfter(steps: readonly Step[]): Left {
  const disk = new Map<string, DiskFile>();
  const seen = new Map<string, number>();
  for (const step of steps) {
    if (step.kind === 'seen') step.note(seen);
    else if (step.kind === 'rename') rename(disk, step.from, step.to);
    else if (step.kind === 'unlink') disk.delete(step.path);
    else if (step.kind !== 'sync names') apply(disk, step);
  }
  const files = new Map<string, Buffer>();
  for (const [path, { content, pending }] of disk) files.set(path, Buffer.from(pending.reduce(written, content)));
  return { files, seen };
}

function syncNames(disk: Map<string, DiskFile>): void {
  for (const [path, file] of disk) {
    file.named = true;
    file.formerly = undefined;
    file.covers = undefined;
    if (file.removed) disk.delete(path);
  }
}

function rename(disk: Map<string, DiskFile>, from: string, to: string): void {
  const file = there(disk, from);
  file.formerly ??= from;
  file.covers = disk.get(to);
  disk.delete(from);
  disk.set(to, file);
}

function there(disk: Map<string, DiskFile>, path: string): DiskFile {
  const file = disk.get(path);
  if (file === undefined) throw new Error(`${path} is not there`);
  return file;
}

function apply(
  disk: Map<string, DiskFile>,
  step: Exclude<Step, { readonly kind: 'seen' | 'sync names' | 'rename' }>,
): void {
  if (step.kind === 'create') {
    const fresh = { named: false, removed: false, formerly: undefined, covers: undefined };
    disk.set(step.path, { content: new Uint8Array(0), pending: [], ...fresh });
    return;
  }
  const file = there(disk, step.path);
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
  if (bytes === undefined) return resized(content, length);
  if (bytes.length === 0) return content;
  const result = at + bytes.length > content.length ? new Uint8Array(at + bytes.length) : content.slice();
  if (result.length > content.length) result.set(content);
  result.set(bytes, at);
  return result;
}

function resized(content: Uint8Array, length: number): Uint8Array {
  if (length <= content.length) return content.slice(0, length);
  const result = new Uint8Array(length);
  result.set(content);
  return result;
}
