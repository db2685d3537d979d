import type { Clock } from '../../../../container';
import { type EmbeddedEngine, openEngine } from '../../../../engine';
import type { DatasetLayout, SnapshotSource } from '../../../../engine/snapshot/source';
import type { DirectoryFacts } from '../../directory/directory-facts';
import { ownFileSize } from '../../directory/own-file';
import { journalsAfter } from '../../journal/replay-journals';
import { codecOf } from '../../store/record-codec';
import type { DatasetKey } from '../../store/sealed-records';
import type { Stamp } from '../../store/stamp';
import { messageOf } from '../../system-error';
import { Doubts } from './doubts';
import { type KeyOfDataset, likelyLayout, loadSalvaged, olderKeys } from './load-salvaged';
import { type SalvagedFile, salvageFile } from './salvage-file';
import { salvageJournals, type SalvagedJournals } from './salvage-journals';
import type { SalvagedData, SalvageReport } from './salvage-report';

/** A directory of which everything that can be read is wanted. */
export interface SalvagePlace {
  readonly directory: DirectoryFacts;
  /** What its records are encrypted with; `undefined` = they are not. */
  readonly encryption: DatasetKey | undefined;
  readonly clock: Clock;
  /** How many logical databases there are, at least. */
  readonly databases: number;
}

/** What was saved, in an engine that is to be closed. */
export interface Salvaged {
  readonly engine: EmbeddedEngine;
  /** How many logical databases it has. */
  readonly databases: number;
  readonly report: SalvageReport;
}

/** What is known of the snapshot in a data file. */
interface Base {
  readonly file: SalvagedFile | undefined;
  readonly stamp: Stamp | undefined;
  readonly librariesLost: boolean;
  readonly layout: DatasetLayout | undefined;
  /** Whether it is what journals go on from: the last snapshot, or none where none was taken. */
  readonly isLast: boolean;
}

/**
 * Reads all that can be read of a directory into an engine of its own. Changes nothing in the directory. Of what is saved, each
 * key has the value it had at the end, or one that it had at some time before.
 * @throws errors of the system when a file cannot be read
 */
export async function salvageDirectory(place: SalvagePlace): Promise<Salvaged> {
  const { directory, encryption, clock } = place;
  const base = await baseOf(directory, encryption);
  const { file, stamp, layout, isLast } = base;
  const journals = await journalsOf(directory, base);
  const databases = Math.max(place.databases, (layout?.datasets.findLastIndex((id) => id !== 0) ?? 0) + 1);
  const engine = openEngine({ persistent: true, clock, databases, onInternalError: () => undefined });
  const source = engine.snapshots;
  source.beginRestore();
  const asOf = journals.files.length > 0 ? stamp?.time : undefined;
  const incomplete = file === undefined ? NOTHING : load(source, file, clock, asOf);
  source.showRestored(layout);
  const isComplete = isLast && (file === undefined || file.complete) && incomplete.named.length === 0;
  const doubts = isComplete
    ? undefined
    : new Doubts(layout?.datasets ?? [], databases, isLast ? file?.lost : undefined, codecOf(encryption).names);
  if (layout !== undefined && file !== undefined)
    doubts?.doubtAll([...incomplete.named, ...olderKeys(file.found)], layout.datasets);
  const replayed = replay(source, journals, doubts);
  source.finishRestore(layout);
  const { skipped = 0, names: doubtfulKeys = [] } = doubts ?? {};
  const keys = engine.statistics().keys;
  const data = dataOf(base, incomplete);
  const report = {
    keys,
    snapshotTime: stamp?.time ?? 0,
    data,
    journals: { ...replayed, skipped, doubtfulKeys },
  };
  return { engine, databases, report };
}

const NOTHING = { named: [], nameless: 0 } as const;

async function baseOf(directory: DirectoryFacts, encryption: DatasetKey | undefined): Promise<Base> {
  const hasFile = ((await ownFileSize(directory.dataFile)) ?? 0) > 0;
  const isLost = (await directory.lostSnapshot()) !== undefined;
  if (!hasFile) {
    return { file: undefined, stamp: undefined, librariesLost: isLost, layout: undefined, isLast: !isLost };
  }
  const file = salvageFile(directory.dataFile, encryption);
  const { stamp, stampProven, proven } = file.found;
  const isEmpty = file.complete && proven === 0 && stamp === undefined;
  const last = await directory.lastSequence();
  // Where nothing outside the data file says which was the last, its meta pages have to.
  const isVouched = last > 0 ? (stamp?.sequence ?? 0) >= last : file.metasAgree;
  const isLast = isEmpty ? !isLost : stampProven && !file.isPrevious && isVouched;
  const opened = stamp && openStamp(stamp, encryption);
  const layout = opened?.layout ?? (isEmpty ? undefined : likelyLayout(file.found));
  const librariesLost = !isEmpty && (opened === undefined || !stampProven || opened.librariesLost);
  return { file, stamp, librariesLost, layout, isLast };
}

/** The layout a stamp tells of, without function libraries where these cannot be read. */
function openStamp(stamp: Stamp, encryption: DatasetKey | undefined) {
  try {
    return { layout: codecOf(encryption).decoder().stamp(stamp).layout, librariesLost: false };
  } catch {
    return { layout: { ...stamp.layout, libraries: [] }, librariesLost: true };
  }
}

async function journalsOf(directory: DirectoryFacts, { stamp, isLast }: Base): Promise<SalvagedJournals> {
  if (stamp !== undefined && !directory.owns(stamp)) {
    // What they say goes on from something else.
    const [first] = await directory.journals();
    const reason = 'the data file belongs to another directory';
    const stop = first && { path: first.name, reason, lostFrames: 0, lostUntil: undefined };
    return { files: [], until: undefined, stop };
  }
  return salvageJournals(directory, isLast ? journalsAfter(stamp, directory.lastJournal) : undefined);
}

function load(source: SnapshotSource, { found }: SalvagedFile, clock: Clock, asOf: number | undefined) {
  const probe = openEngine({ clock, onInternalError: () => undefined });
  try {
    return loadSalvaged(source, probe.snapshots, found, asOf);
  } finally {
    probe.close();
  }
}

/** What became of the journals. */
function replay(source: SnapshotSource, journals: SalvagedJournals, doubts: Doubts | undefined) {
  const guard = doubts && ((command: Parameters<Doubts['admits']>[0]) => doubts.admits(command));
  let commands = 0;
  let until: number | undefined;
  for (const { path, frames } of journals.files)
    for (const { payload, time } of frames) {
      try {
        commands += source.replay(payload, time, guard);
      } catch (error) {
        // Not damaged: of a version that knows other commands.
        return { commands, until, stop: { path, reason: messageOf(error), lostFrames: 0, lostUntil: undefined } };
      }
      until = time;
    }
  return { commands, until, stop: journals.stop };
}

function dataOf(
  { file, stamp, librariesLost, isLast }: Base,
  { named, nameless }: { readonly named: readonly KeyOfDataset[]; readonly nameless: number },
): SalvagedData {
  const isKnown = file === undefined || file.complete || file.found.stampProven;
  return {
    damagedPages: file?.damagedPages ?? 0,
    damagedRecords: file?.found.damaged ?? 0,
    missingRecords: isKnown ? (stamp?.count ?? 0) - (file?.found.proven ?? 0) : undefined,
    olderKeys: file === undefined ? 0 : olderKeys(file.found).length,
    isOlder: !isLast,
    databasesGuessed: !isKnown,
    librariesLost,
    incompleteValues: named.map(({ key }) => key),
    namelessValues: nameless,
  };
}
