import { createReadStream } from 'node:fs';
import { cp, readFile, rm, stat } from 'node:fs/promises';
import { restoreBackup } from '../../src/modules/snapshot/backup/restore-backup';
import { RespiteError } from '../../src/errors';
import { contentsOf, start } from '../support/kept-engine';
import { SeededRandom } from '../support/seeded-random';
import { FILE_DAMAGES } from './file-damages';
import { firstDifference } from './kill';
import { FROZEN, operationsOf } from './workload';

/** What a run of damaged backups showed. */
export interface BackupDamageReport {
  readonly rounds: number;
  /** Backups that were refused; the others were what they had been. */
  readonly refused: number;
  /** Rounds by kind of damage. */
  readonly kinds: ReadonlyMap<string, number>;
}

const STEPS = 10;

/**
 * Damages a backup in every way there is (`file-damages.ts`) and restores it: all of it comes back, or nothing, with a code.
 * @throws Error naming the round, the seed and the kind of damage
 */
export async function runBackupDamage(
  directory: string,
  rounds: number,
  seed: number,
  encryptionKey?: Uint8Array,
): Promise<BackupDamageReport> {
  const whole = `${directory}.backup`;
  const expected = await makeBackup(directory, whole, seed, encryptionKey);
  const bytes = await readFile(whole);
  const random = new SeededRandom(seed);
  const kinds = new Map<string, number>();
  let refused = 0;
  for (let round = 1; round <= rounds; round++) {
    const [kind, damage] = random.pick(FILE_DAMAGES);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const file = `${directory}-${String(round)}.backup`;
    const target = `${directory}-${String(round)}`;
    await cp(whole, file);
    await damage(file, (await stat(file)).size, random);
    const isRefused = await restore(file, target, encryptionKey).catch((cause: unknown) => {
      throw new Error(`round ${String(round)} of seed ${String(seed)}, ${kind} (kept in ${file})`, { cause });
    });
    const isWhole = (await readFile(file)).equals(bytes);
    if (isRefused === isWhole) throw new Error(`${file} was ${isRefused ? 'refused' : 'restored'}, ${kind}`);
    const kept = await start(target, { encryptionKey, onCorruption: 'fail', onShutdown: false, clock: FROZEN });
    const difference = firstDifference(isRefused ? new Map() : expected, contentsOf(kept));
    if (difference !== undefined) throw new Error(`${file}, ${kind}: ${difference}`);
    await kept.manager.stop();
    kept.engine.close();
    if (isRefused) refused++;
    for (const path of [file, target]) await rm(path, { recursive: true, force: true });
  }
  for (const path of [directory, whole]) await rm(path, { recursive: true });
  return { rounds, refused, kinds };
}

async function makeBackup(
  path: string,
  file: string,
  seed: number,
  encryptionKey: Uint8Array | undefined,
): Promise<ReadonlyMap<string, string>> {
  const kept = await start(path, { encryptionKey, clock: FROZEN });
  for (let step = 1; step <= STEPS; step++)
    for (const [name, ...args] of operationsOf(seed, step)) kept.run(name, ...args);
  await kept.manager.backup(file);
  const contents = contentsOf(kept);
  await kept.manager.stop();
  kept.engine.close();
  return contents;
}

/** @returns whether it was refused */
async function restore(file: string, dataDirectory: string, encryptionKey: Uint8Array | undefined): Promise<boolean> {
  try {
    // It has no encoding: what comes is Buffers.
    await restoreBackup(createReadStream(file) as AsyncIterable<Buffer>, { dataDirectory, encryptionKey, name: file });
    return false;
  } catch (error) {
    if (!RespiteError.is(error) || error.code !== 'BACKUP_DAMAGED') throw error;
    return true;
  }
}
