import { cp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { contentsOf, keep, type Kept, setAside, start } from '../support/kept-engine';
import { SeededRandom } from '../support/seeded-random';
import { FILE_DAMAGES } from './file-damages';
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

const STEPS = 40;

/**
 * Damages a data directory in every way there is (`file-damages.ts`), starts on it, and goes on working. What comes back has to be all the
 * data or nothing with the damaged files set aside; and whatever is written after that has to come back.
 * @throws Error naming the round, the seed and the kind of damage.
 */
export async function runDamage(
  directory: string,
  rounds: number,
  seed: number,
  encryptionKey?: Uint8Array,
): Promise<DamageReport> {
  const pristine = `${directory}-pristine`;
  const expected = await prepare(pristine, seed, encryptionKey);
  const random = new SeededRandom(seed);
  const kinds = new Map<string, number>();
  let quarantined = 0;
  for (let round = 1; round <= rounds; round++) {
    const [kind, damage] = random.pick(FILE_DAMAGES);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const path = `${directory}-${String(round)}`;
    await cp(pristine, path, { recursive: true });
    try {
      const file = join(path, 'data.mdb');
      await damage(file, (await stat(file)).size, random);
      // What to look at should this process crash.
      await cp(file, `${directory}-damaged.mdb`);
      if (await survives(path, expected, seed, encryptionKey)) quarantined++;
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
async function prepare(
  path: string,
  seed: number,
  encryptionKey: Uint8Array | undefined,
): Promise<ReadonlyMap<string, string>> {
  const kept = await start(path, { clock: FROZEN, encryptionKey });
  for (let step = 1; step <= STEPS; step++) {
    for (const [name, ...args] of operationsOf(seed, step)) kept.run(name, ...args);
    await kept.manager.snapshotNow();
  }
  const contents = contentsOf(kept);
  await kept.manager.stop();
  return contents;
}

/** @returns whether the damage was found. */
async function survives(
  path: string,
  expected: ReadonlyMap<string, string>,
  seed: number,
  encryptionKey: Uint8Array | undefined,
): Promise<boolean> {
  const kept = keep(path, { clock: FROZEN, encryptionKey });
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
  const again = await start(path, { onCorruption: 'fail', onShutdown: false, clock: FROZEN, encryptionKey });
  check('written afterwards', then, again);
  await again.manager.stop();
  return quarantined;
}

function check(what: string, expected: ReadonlyMap<string, string>, kept: Kept): void {
  const difference = firstDifference(expected, contentsOf(kept));
  if (difference !== undefined) throw new Error(`${what}: ${difference}`);
}
