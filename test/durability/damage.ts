import { cp, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentsOf, keep, type Kept, setAside, start } from '../support/kept-engine';
import { SeededRandom } from '../support/seeded-random';
import { firstDifference } from './kill';
import { FROZEN, operationsOf } from './workload';

export interface DamageReport {
  readonly seed: number;
  readonly rounds: number;
  /** Rounds whose damage hit nothing that mattered, so that all the data came back. */
  readonly harmless: number;
  readonly quarantined: number;
  /** Rounds by kind of damage. */
  readonly kinds: ReadonlyMap<string, number>;
}

type Damage = (path: string, size: number, random: SeededRandom) => Promise<void>;

const PAGE = 4096;
const STEPS = 40;

const DAMAGES: readonly [[string, Damage], ...[string, Damage][]] = [
  ['truncated', async (path, size, random) => truncate(path, random.below(size))],
  ['truncated at a page', async (path, size, random) => truncate(path, random.below(size / PAGE) * PAGE)],
  ['emptied', async (path) => truncate(path, 0)],
  [
    'zeroed range',
    (path, size, random) => overwrite(path, Buffer.alloc(1 + random.below(3 * PAGE)), random.below(size)),
  ],
  ['zeroed page', (path, size, random) => overwrite(path, Buffer.alloc(PAGE), random.below(size / PAGE) * PAGE)],
  ['one flipped bit', flipBits(1)],
  ['flipped bits', flipBits(50)],
  ['flipped bits in a page header', flipBits(2, 24)],
  [
    'flipped bits in a meta page',
    (path, _size, random) => flip(path, random.below(2) * PAGE + random.below(160), random),
  ],
  ['random page', (path, size, random) => overwrite(path, noise(PAGE, random), random.below(size / PAGE) * PAGE)],
  ['random file', async (path, size, random) => writeFile(path, noise(size, random))],
  ['swapped pages', swapPages],
];

/**
 * Damages a data directory in every way above, starts on it, and goes on working. What comes back has to be all the
 * data or nothing with the damaged files set aside; and whatever is written after that has to come back.
 * @throws Error naming the round, the seed and the kind of damage.
 */
export async function runDamage(directory: string, rounds: number, seed: number): Promise<DamageReport> {
  const pristine = `${directory}-pristine`;
  const expected = await prepare(pristine, seed);
  const random = new SeededRandom(seed);
  const kinds = new Map<string, number>();
  let quarantined = 0;
  for (let round = 1; round <= rounds; round++) {
    const [kind, damage] = random.pick(DAMAGES);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const path = `${directory}-${String(round)}`;
    await cp(pristine, path, { recursive: true });
    try {
      const file = join(path, 'data.mdb');
      await damage(file, (await stat(file)).size, random);
      // What to look at should this process crash.
      await cp(file, `${directory}-damaged.mdb`);
      if (await survives(path, expected, seed)) quarantined++;
    } catch (error) {
      const failed = `${directory}-failed`;
      await rename(path, failed);
      throw new Error(`round ${String(round)} of seed ${String(seed)}, ${kind} (kept in ${failed})`, { cause: error });
    }
    for (const name of [path, ...(await setAside(path)).map((aside) => join(path, '..', aside))]) {
      await rm(name, { recursive: true, force: true });
    }
  }
  await rm(pristine, { recursive: true });
  await rm(`${directory}-damaged.mdb`);
  return { seed, rounds, quarantined, harmless: rounds - quarantined, kinds };
}

/** A directory with a history: pages that were freed and used again. @returns what it holds. */
async function prepare(path: string, seed: number): Promise<ReadonlyMap<string, string>> {
  const kept = await start(path, { clock: FROZEN });
  for (let step = 1; step <= STEPS; step++) {
    for (const [name, ...args] of operationsOf(seed, step)) kept.run(name, ...args);
    await kept.manager.snapshotNow();
  }
  const contents = contentsOf(kept);
  await kept.manager.stop();
  return contents;
}

/** @returns whether the damage was found. */
async function survives(path: string, expected: ReadonlyMap<string, string>, seed: number): Promise<boolean> {
  const kept = keep(path, { clock: FROZEN });
  await kept.manager.start();
  const quarantined = kept.manager.status().restore?.quarantined !== undefined;
  const aside = await setAside(path);
  if (quarantined !== (aside.length === 1)) throw new Error(`set aside: ${aside.join(', ') || 'nothing'}`);
  check('restored', quarantined ? new Map() : expected, kept);
  for (let step = STEPS + 1; step <= STEPS + 3; step++) {
    for (const [name, ...args] of operationsOf(seed, step)) kept.run(name, ...args);
    await kept.manager.snapshotNow();
  }
  const then = contentsOf(kept);
  await kept.manager.stop();
  const again = await start(path, { onCorruption: 'fail', onShutdown: false, clock: FROZEN });
  check('written afterwards', then, again);
  await again.manager.stop();
  return quarantined;
}

function check(what: string, expected: ReadonlyMap<string, string>, kept: Kept): void {
  const difference = firstDifference(expected, contentsOf(kept));
  if (difference !== undefined) throw new Error(`${what}: ${difference}`);
}

async function truncate(path: string, size: number): Promise<void> {
  const file = await open(path, 'r+');
  await file.truncate(size);
  await file.close();
}

async function overwrite(path: string, bytes: Buffer, position: number): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, position);
  await file.close();
}

function flipBits(count: number, withinPage = PAGE): Damage {
  return async (path, size, random) => {
    for (let i = 0; i < count; i++) {
      await flip(path, random.below(size / PAGE) * PAGE + random.below(withinPage), random);
    }
  };
}

async function flip(path: string, position: number, random: SeededRandom): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  byte.writeUInt8(byte.readUInt8() ^ (1 << random.below(8)));
  await file.write(byte, 0, 1, position);
  await file.close();
}

async function swapPages(path: string, size: number, random: SeededRandom): Promise<void> {
  const positions = [random.below(size / PAGE) * PAGE, random.below(size / PAGE) * PAGE] as const;
  const pages = [Buffer.alloc(PAGE), Buffer.alloc(PAGE)] as const;
  const file = await open(path, 'r+');
  await file.read(pages[0], 0, PAGE, positions[0]);
  await file.read(pages[1], 0, PAGE, positions[1]);
  await file.write(pages[0], 0, PAGE, positions[1]);
  await file.write(pages[1], 0, PAGE, positions[0]);
  await file.close();
}

function noise(bytes: number, random: SeededRandom): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let i = 0; i < bytes; i++) buffer[i] = random.below(256);
  return buffer;
}
