import { rm } from 'node:fs/promises';
import type { Clock, Logger } from '../../container';
import {
  type Generation,
  generationPath,
  generationsIn,
  removeUnfinishedCopies,
  stampOfGeneration,
} from './directory/generations';
import type { SnapshotStore } from './store/snapshot-store';

/** How many copies are kept, and how long. */
export interface GenerationSettings {
  /** `generations`: snapshots there are to fall back on, the data file itself counted; 1 = no copies. */
  readonly count: number;
  /** `retention.generations_age`: milliseconds until a copy goes, the newest one aside; 0 = never. */
  readonly maxAge: number;
}

/** Keeps copies of the data file, one per snapshot. */
export class GenerationKeeper {
  /** Whether what former settings left is gone. */
  #isPruned = false;

  constructor(
    private readonly settings: GenerationSettings,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /**
   * Copies the snapshot that was just written, and removes the copies that are too many or too old. What fails is logged: the snapshot counts.
   * @returns number of the first journal file that a copy still needs; `undefined` = none does
   */
  async keep(directory: string, store: SnapshotStore, sequence: number): Promise<number | undefined> {
    try {
      const copies = this.settings.count - 1;
      if (copies > 0) await store.copy(generationPath(directory, sequence));
      if (copies === 0 && this.#isPruned) return undefined;
      const needed = await this.#prune(directory, copies);
      this.#isPruned = true;
      return needed;
    } catch (err) {
      this.logger.warn(
        { event: 'generation_failed', err },
        'the copy of the snapshot was not made: the snapshot itself is whole',
      );
      // What it needs is not known: no journal goes.
      return 0;
    }
  }

  async #prune(directory: string, copies: number): Promise<number | undefined> {
    await removeUnfinishedCopies(directory);
    const kept = [];
    for (const [i, generation] of (await generationsIn(directory)).entries()) {
      const stamp = stampOfGeneration(generation);
      if (i < copies && (i === 0 || !this.#isOld(stamp?.time))) kept.push(stamp);
      else await remove(generation);
    }
    return firstJournal(kept);
  }

  #isOld(time: number | undefined): boolean {
    const { maxAge } = this.settings;
    return maxAge > 0 && time !== undefined && this.clock.now() - time > maxAge;
  }
}

async function remove({ path }: Generation): Promise<void> {
  await rm(path, { force: true });
}

/** The first of the journals that come after the oldest copy. */
function firstJournal(stamps: readonly ReturnType<typeof stampOfGeneration>[]): number | undefined {
  const numbers = stamps.flatMap((stamp) => (stamp?.journalExists === true ? [stamp.journal ?? 0] : []));
  return numbers.length === 0 ? undefined : Math.min(...numbers);
}
