import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Diagnosis, examine } from '../../src/modules/snapshot/doctor/examine';
import { repair } from '../../src/modules/snapshot/doctor/repair';
import { isWhole, type SalvageReport } from '../../src/modules/snapshot/doctor/salvage/salvage-report';
import { RespiteError } from '../../src/errors';
import { contentsOf, setAside, start } from '../support/kept-engine';
import { SeededRandom } from '../support/seeded-random';
import { DIRECTORY_DAMAGES, type DamageTools } from './directory-damages';
import { firstDifference } from './kill';
import { makePristine, type Pristine } from './pristine';
import { FROZEN, type Keeping } from './workload';

/** What a run of damaged directories showed. */
export interface DoctorReport {
  readonly seed: number;
  readonly rounds: number;
  /** Directories that were found sound. */
  readonly sound: number;
  /** Directories of which everything was saved, something, and nothing. */
  readonly savedAll: number;
  readonly savedSome: number;
  readonly savedNothing: number;
  /** Keys that were saved, and those there were, of the directories of which something was saved. */
  readonly keysSaved: number;
  readonly keysThere: number;
  /** Rounds by kind of damage. */
  readonly kinds: ReadonlyMap<string, number>;
}

/** How a directory says that nothing of it can be saved. */
const NOTHING_SAVED: ReadonlySet<unknown> = new Set([
  'REPAIR_NOTHING_SAVED',
  'SNAPSHOT_DIR_FOREIGN',
  'SNAPSHOT_FORMAT_UNSUPPORTED',
  'ENCRYPTION_KEY_MISSING',
  'ENCRYPTION_KEY_WRONG',
  'ENCRYPTION_KEY_UNUSED',
]);

/**
 * Damages data directories, has the doctor look at them and save what can be read, and starts on them. The doctor and the start have to
 * agree; nothing of the old directory may change; and what is saved has to be what a key held, at the end or before.
 * @throws Error naming the round, the seed and the kind of damage
 */
export async function runDoctor(
  directory: string,
  rounds: number,
  seed: number,
  keeping: Keeping,
): Promise<DoctorReport> {
  const pristine = await makePristine(`${directory}-pristine`, seed, keeping);
  const other = await makePristine(`${directory}-other`, seed, keeping);
  const tools: DamageTools = { random: new SeededRandom(seed), pristine, other };
  const kinds = new Map<string, number>();
  const counts = { sound: 0, savedAll: 0, savedSome: 0, savedNothing: 0, keysSaved: 0, keysThere: 0 };
  for (let round = 1; round <= rounds; round++) {
    const path = `${directory}-${String(round)}`;
    await cp(pristine.path, path, { recursive: true });
    const kind = await damage(path, tools);
    for (const name of kind) kinds.set(name, (kinds.get(name) ?? 0) + 1);
    // What to look at when it fails: the start changes the directory.
    const evidence = `${directory}-damaged`;
    await cp(path, evidence, { recursive: true });
    try {
      const { diagnosis, report } = await look(path, pristine, isSetBack(kind));
      if (diagnosis.sound) counts.sound++;
      if (report === undefined) counts.savedNothing++;
      else {
        if (isWhole(report)) counts.savedAll++;
        else counts.savedSome++;
        counts.keysSaved += report.keys;
        counts.keysThere += pristine.contents.size;
      }
    } catch (error) {
      const failed = `${directory}-failed`;
      await rename(evidence, failed);
      throw new Error(`round ${String(round)} of seed ${String(seed)}, ${kind.join(' and ')} (kept in ${failed})`, {
        cause: error,
      });
    }
    for (const name of [path, evidence, `${path}.saved`]) await rm(name, { recursive: true, force: true });
    for (const name of await setAside(path)) await rm(join(path, '..', name), { recursive: true });
  }
  for (const name of [pristine.path, other.path, pristine.olderDataFile, other.olderDataFile])
    await rm(name, { recursive: true });
  return { seed, rounds, ...counts, kinds };
}

/** One kind of damage, sometimes two. @returns which */
async function damage(path: string, tools: DamageTools): Promise<string[]> {
  const { random } = tools;
  const names: string[] = [];
  for (let left = random.below(5) === 0 ? 2 : 1; left > 0; left--) {
    const [name, apply] = random.pick(DIRECTORY_DAMAGES);
    names.push(name);
    await apply(path, tools).catch((error: unknown) => {
      // The damage before has removed what this one is about.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    });
  }
  return names;
}

/** Whether a data file was replaced by an older one of this directory, and what would tell of it is damaged as well: nothing can tell then. */
function isSetBack(kind: readonly string[]): boolean {
  return (
    kind.some((name) => name.startsWith('older data file')) && kind.some((name) => name.startsWith('last-snapshot'))
  );
}

/** Everything that has to hold of one damaged directory. @param mayBeOlder without a word about it */
async function look(path: string, pristine: Pristine, mayBeOlder: boolean) {
  const { keeping, databases } = pristine;
  const { encryptionKey } = keeping;
  const options = { encryptionKey, clock: FROZEN, databases };
  const before = await digestOf(path);
  const diagnosis = await examine(path, options);
  const target = `${path}.saved`;
  const report = await repair(path, target, options).catch((error: unknown) => {
    if (RespiteError.is(error) && NOTHING_SAVED.has(error.code)) return undefined;
    throw error;
  });
  if ((await digestOf(path)) !== before) throw new Error('the old directory was changed');
  const mustBeLast = pristine.keeping.durability === 'snapshot' && !mayBeOlder;
  if (report !== undefined) await checkSaved(target, report, pristine, mustBeLast);
  await checkStart(path, diagnosis, pristine, mustBeLast);
  return { diagnosis, report };
}

async function checkSaved(
  target: string,
  report: SalvageReport,
  { keeping, contents, history }: Pristine,
  mustBeLast: boolean,
): Promise<void> {
  const saved = await start(target, {
    encryptionKey: keeping.encryptionKey,
    onCorruption: 'fail',
    onShutdown: false,
    clock: FROZEN,
  });
  const found = contentsOf(saved);
  await saved.manager.stop();
  saved.engine.close();
  if (found.size !== report.keys)
    throw new Error(`${String(report.keys)} keys were reported, ${String(found.size)} are there`);
  // Older keys are where their dataset is now: a SWAPDB since has brought them into another database.
  const older = new Set(report.data.olderKeys > 0 ? report.journals.doubtfulKeys : []);
  for (const [name, value] of found)
    if (!history.has(name, value, report.data.databasesGuessed || older.has(name.slice(name.indexOf(':') + 1))))
      throw new Error(
        `${name.slice(0, 60)} never was ${value.slice(0, 300)} (${JSON.stringify(report).slice(0, 2_000)})`,
      );
  // Frames that were torn off are gone without a trace.
  if (!isWhole(report) || !mustBeLast) return;
  for (const [name, value] of found)
    if (contents.get(name) !== value) throw new Error(`${name} is older, and nothing was said`);
  if (found.size !== contents.size) throw new Error('keys are missing, and nothing was said');
}

async function checkStart(
  path: string,
  { sound, findings }: Diagnosis,
  { keeping, contents, history }: Pristine,
  mustBeLast: boolean,
): Promise<void> {
  const { encryptionKey } = keeping;
  const said = JSON.stringify(findings);
  let kept;
  try {
    kept = await start(path, { encryptionKey, onCorruption: 'fail', onShutdown: false, clock: FROZEN });
  } catch (error) {
    if (!RespiteError.is(error)) throw error;
    if (sound) throw new Error(`the start refuses what was called sound: ${said}`, { cause: error });
    return;
  }
  const found = contentsOf(kept);
  await kept.manager.stop();
  kept.engine.close();
  // A copy that is whole, and the journals since, may have taken the place of the data file.
  if (!sound && keeping.generations === undefined)
    throw new Error(`the start takes what was said to have a problem: ${said}`);
  if (mustBeLast) {
    const difference = firstDifference(contents, found);
    if (difference !== undefined) throw new Error(`called sound, and ${difference}`);
  }
  for (const [name, value] of found)
    if (!history.has(name, value, false)) throw new Error(`called sound, and ${name} is wrong`);
}

/** Of the names and contents of all files of a directory. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(path)).sort()) hash.update(name).update(await readFile(join(path, name)));
  return hash.digest('hex');
}
