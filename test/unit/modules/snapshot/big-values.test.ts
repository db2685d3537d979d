import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SnapshotCut, SnapshotSource } from '../../../../src/engine/snapshot/source';
import { firstDifference } from '../../../durability/kill';
import { bigValueOperation } from '../../../support/big-value-operations';
import { contentsOf, type Kept, start } from '../../../support/kept-engine';
import { SeededRandom } from '../../../support/seeded-random';
import { slice } from '../../../support/slice';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(removeTemporaryPaths);

const { size: ROUNDS, seed: SEED } = slice({ short: 4, long: 12 });

const MEANT = 'meant to fail';

/** Cuts every snapshot into its smallest slices, and lets some fail half way. */
class Slicing {
  /** What the engine held when the last snapshot began. */
  atBegin: ReadonlyMap<string, string> = new Map();
  kept: Kept | undefined;
  failAfter = Infinity;

  through = (source: SnapshotSource): SnapshotSource =>
    new Proxy(source, {
      get: (target, property) => {
        if (property === 'begin') return (options?: { readonly full?: boolean }) => this.#begin(target, options);
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });

  #begin(source: SnapshotSource, options?: { readonly full?: boolean }): SnapshotCut {
    if (this.kept !== undefined) this.atBegin = contentsOf(this.kept);
    const cut = source.begin(options);
    return {
      layout: cut.layout,
      keys: cut.keys,
      remaining: cut.remaining,
      next: () => {
        if (--this.failAfter < 0) throw new Error(MEANT);
        return cut.next(0);
      },
      commit: () => {
        cut.commit();
      },
      abort: () => {
        cut.abort();
      },
    };
  }
}

async function open(path: string): Promise<{ readonly kept: Kept; readonly slicing: Slicing }> {
  const slicing = new Slicing();
  const kept = await start(path, { onCorruption: 'fail', onShutdown: false, through: slicing.through });
  slicing.kept = kept;
  return { kept, slicing };
}

/** Takes a snapshot while commands go on. @returns whether it was written */
async function snapshotUnderLoad(kept: Kept, random: SeededRandom, full: boolean): Promise<boolean> {
  let done: boolean | undefined;
  const ended = kept.manager.snapshotNow({ full }).then(
    () => (done = true),
    (error: unknown) => {
      done = false;
      if (!String((error as Error).cause).includes(MEANT)) throw error;
      return false;
    },
  );
  while (done === undefined) {
    await nextTurn();
    if (random.below(10) === 0) kept.run(...bigValueOperation(random));
  }
  return ended;
}

it(`FR-2: big values come back as they were when the snapshot began, whatever changed meanwhile (seed ${String(SEED)})`, async () => {
  const random = new SeededRandom(SEED);
  const path = await temporaryPath();
  let { kept, slicing } = await open(path);
  let saved: ReadonlyMap<string, string> = new Map();
  for (let round = 0; round < ROUNDS; round++) {
    for (let left = random.below(round === 0 ? 1_000 : 100); left > 0; left--) kept.run(...bigValueOperation(random));
    if (random.below(30) === 0) kept.run('SWAPDB', '0', '1');
    if (random.below(30) === 0) kept.run('FLUSHDB');
    slicing.failAfter = random.below(4) === 0 ? random.below(200) : Infinity;
    if (await snapshotUnderLoad(kept, random, random.below(15) === 0)) saved = slicing.atBegin;
    if (random.below(4) > 0) continue;
    await kept.manager.stop();
    ({ kept, slicing } = await open(path));
    expect(firstDifference(saved, contentsOf(kept))).toBeUndefined();
  }
  await kept.manager.stop();
});
