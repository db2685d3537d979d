import type { DirectoryFacts } from '../../directory/directory-facts';
import { type Generation, generationsIn, stampOfGeneration } from '../../directory/generations';
import { type Salvaged, salvageDirectory, type SalvagePlace } from './salvage-directory';
import { isWhole } from './salvage-report';

/**
 * As `salvageDirectory`; where that loses something, a copy of the data file is taken with which nothing is lost, or, where nothing else can be
 * read, the newest one that is whole.
 */
export async function salvageBest(place: SalvagePlace): Promise<Salvaged> {
  let best = await salvageDirectory(place);
  if (isWhole(best.report)) return best;
  for (const generation of await generationsIn(place.directory.path)) {
    const copy = await salvageCopy(place, generation);
    if (copy === undefined) continue;
    const isBetter = isWhole(copy.report) || (best.report.keys === 0 && copy.report.keys > 0);
    (isBetter ? best : copy).engine.close();
    if (isBetter) best = copy;
    if (isWhole(best.report)) break;
  }
  return best;
}

/** @returns `undefined` when the copy is damaged, or none of this directory */
async function salvageCopy(place: SalvagePlace, generation: Generation): Promise<Salvaged | undefined> {
  const { directory } = place;
  const stamp = stampOfGeneration(generation);
  if (stamp?.sequence !== generation.sequence || !directory.owns(stamp)) return undefined;
  const salvaged = await salvageDirectory({ ...place, directory: asOf(directory, generation) });
  const { missingRecords, isOlder } = salvaged.report.data;
  if (missingRecords !== 0) {
    salvaged.engine.close();
    return undefined;
  }
  // Where there were no journals since, nothing tells what changed.
  const hasAll = stamp.journalExists === true && directory.lastJournal > 0;
  const data = { ...salvaged.report.data, isOlder: isOlder || !hasAll };
  return { ...salvaged, report: { ...salvaged.report, generation: generation.name, data } };
}

/** A directory as it was when the copy was its data file. */
function asOf(directory: DirectoryFacts, { path: dataFile, sequence }: Generation): DirectoryFacts {
  const { path, datasetId, encryptionKey, lastJournal } = directory;
  return {
    path,
    dataFile,
    datasetId,
    encryptionKey,
    lastJournal,
    journals: () => directory.journals(),
    lastSequence: () => Promise.resolve(sequence),
    lostSnapshot: () => Promise.resolve(`generation-${String(sequence)} says that a snapshot was written`),
    neverWritten: () => Promise.resolve(false),
    owns: (stamp) => directory.owns(stamp),
  };
}
