import type { Clock } from '../../../container';
import { openEngine } from '../../../engine';
import { RecordBatchWriter } from '../../../engine/snapshot/record-batch';
import { IncompleteValueError, type SnapshotSource } from '../../../engine/snapshot/source';
import { printCount, RespiteError } from '../../../errors';
import { generationsIn } from '../directory/generations';
import { WITNESS } from '../directory/recognise';
import { journalsAfter, type WantedJournals } from '../journal/replay-journals';
import { expectedStamp } from '../restore';
import { isDamage, readEntries } from '../store/check-snapshot';
import { codecOf } from '../store/record-codec';
import type { Stamp } from '../store/stamp';
import { messageOf } from '../system-error';
import { type Finding, note, problem } from './finding';
import type { ObservedDirectory } from './observed-directory';
import { describeSalvage } from './describe-salvage';
import { salvageBest } from './salvage/salvage-best';
import { isWhole } from './salvage/salvage-report';
import { salvageJournals, type SalvagedJournals } from './salvage/salvage-journals';

const BATCH_BYTES = 128 * 1024;

/** What a trial takes. */
export interface TrialParts {
  readonly directory: ObservedDirectory;
  readonly clock: Clock;
  /** How many logical databases there are. */
  readonly databases: number;
}

/** What a start would find in a directory. */
export interface Trial {
  readonly findings: readonly Finding[];
  /** What it would serve; where it would not, what is left to be saved. */
  readonly keys: number;
  /** Point in time of the snapshot, milliseconds since the epoch; 0 = none. */
  readonly snapshotTime: number;
  /** Commands that journals would bring back. */
  readonly journaled: number;
}

/**
 * Restores a directory into an engine that is thrown away, as a start would, but without LMDB and without changing anything. Where
 * that fails, says what could be saved.
 * @throws errors of the system when a file cannot be read
 */
export async function tryRestore(parts: TrialParts): Promise<Trial> {
  const findings: Finding[] = [];
  const engine = openEngine({ clock: parts.clock, databases: parts.databases, onInternalError: () => undefined });
  try {
    const outcome = await new TrialRestore(engine.snapshots, parts.directory, findings).run();
    const keys = engine.statistics().keys;
    if (!findings.some(({ weight }) => weight === 'problem')) return { findings, keys, ...outcome };
  } finally {
    engine.close();
  }
  const left = await whatIsLeft(parts, findings);
  return { findings, ...left };
}

/** Adds what could be saved to the findings. */
async function whatIsLeft(
  { directory, clock, databases }: TrialParts,
  findings: Finding[],
): Promise<Omit<Trial, 'findings'>> {
  const { encryption } = directory;
  const { engine, report } = await salvageBest({ directory, encryption, clock, databases });
  engine.close();
  const { keys, snapshotTime, generation } = report;
  if (generation !== undefined) {
    const rest = isWhole(report) ? 'the journals since bring back all that changed' : 'what changed since is lost';
    findings.push(
      note('generation_usable', `${generation} is whole, of ${timeOf(snapshotTime)}, and ${rest}.`, FALLS_BACK),
    );
  }
  findings.push(
    note(
      'saveable',
      `"respite doctor --repair NEWDIR" can save ${printCount(keys, 'key')}: ${describeSalvage(report)}`,
    ),
  );
  return { keys, snapshotTime, journaled: report.journals.commands };
}

const FALLS_BACK =
  'The next start takes it in the place of the data file, which it moves away; where that loses something, only with on_corruption "quarantine".';

/** Ends a trial: the finding is noted. */
class GivenUp extends Error {}

class TrialRestore {
  constructor(
    private readonly source: SnapshotSource,
    private readonly directory: ObservedDirectory,
    private readonly findings: Finding[],
  ) {}

  async run(): Promise<{ readonly snapshotTime: number; readonly journaled: number }> {
    try {
      return await this.#restore();
    } catch (error) {
      if (!(error instanceof GivenUp)) throw error;
      return { snapshotTime: 0, journaled: 0 };
    }
  }

  async #restore() {
    const { directory, source } = this;
    const { snapshot: hasSnapshot, journals: hasJournals } = await directory.hasData();
    source.beginRestore();
    const read = hasSnapshot && !(await this.#isUnfinished()) ? this.#read(hasJournals) : undefined;
    const stamp = await this.#belonging(read);
    await this.#checkWitness(stamp);
    const journals = await this.#journals(journalsAfter(stamp, directory.lastJournal));
    this.#guarded('values_incomplete', () => {
      source.showRestored(stamp?.layout);
    });
    const journaled = this.#replay(journals);
    source.finishRestore(stamp?.layout);
    return { snapshotTime: stamp?.time ?? 0, journaled };
  }

  #read(hasJournals: boolean): Stamp | undefined {
    const { source } = this;
    let stamp: Stamp | undefined;
    this.#guarded('data_damaged', () => {
      stamp = this.#decode((batch, found) => source.importBatch(batch, hasJournals ? found?.time : undefined));
    });
    return stamp;
  }

  /** @param take gets the records in batches, with the stamp that stands before them */
  #decode(take: (batch: Uint8Array<ArrayBuffer>, stamp: Stamp | undefined) => void): Stamp | undefined {
    const { directory } = this;
    const decoder = codecOf(directory.encryption).decoder();
    const batch = new RecordBatchWriter();
    let stamp: Stamp | undefined;
    readEntries(directory.dataFile, {
      stamp(found) {
        stamp = found && decoder.stamp(found);
      },
      record(entry) {
        decoder.relay(entry, batch);
        if (batch.byteLength >= BATCH_BYTES) take(batch.finish(), stamp);
      },
    });
    if (batch.byteLength > 0) take(batch.finish(), stamp);
    return stamp;
  }

  /** Whether the data file is a first snapshot that was being written: the start takes it for none. */
  async #isUnfinished(): Promise<boolean> {
    if (!(await this.directory.neverWritten())) return false;
    try {
      this.#decode(() => undefined);
      return false;
    } catch (error) {
      if (!isDamage(error)) throw error;
      const what = `${this.directory.dataFile} is a first snapshot that was being written when the process or the machine stopped.`;
      this.findings.push(note('snapshot_unfinished', what, 'Nothing need be done: the next start sets it aside.'));
      return true;
    }
  }

  async #belonging(stamp: Stamp | undefined): Promise<Stamp | undefined> {
    try {
      return await expectedStamp(this.directory, stamp);
    } catch (error) {
      return this.#giveUp('data_not_expected', messageOf(error));
    }
  }

  async #checkWitness(stamp: Stamp | undefined): Promise<void> {
    if (stamp === undefined || (await this.directory.lastSequence()) > 0) return;
    const what = `${WITNESS} is missing or damaged: only ${this.directory.dataFile} itself says that it is the last snapshot.`;
    this.findings.push(note('witness_missing', what, 'Nothing need be done: the next snapshot writes it anew.'));
  }

  async #journals(wanted: WantedJournals): Promise<SalvagedJournals> {
    const { directory, findings } = this;
    const journals = await salvageJournals(directory, wanted);
    const { files, until, stop } = journals;
    const superfluous = (await directory.journals()).filter(({ number }) => number < wanted.first).length;
    // Copies need them.
    if (superfluous > 0 && (await generationsIn(directory.path)).length === 0) {
      const what = `${printCount(superfluous, 'journal is', 'journals are')} older than the snapshot, which holds what they say.`;
      findings.push(note('journal_superfluous', what, 'Nothing need be done: a snapshot removes them.'));
    }
    for (const { path, torn } of files.filter((file) => file.torn > 0)) {
      const what = `The last ${String(torn)} bytes of ${path} were being written when the process or the machine stopped.`;
      findings.push(
        note(
          'journal_torn',
          what,
          'Nothing need be done: nothing that was acknowledged is in them, and the next start cuts them off.',
        ),
      );
    }
    if (stop === undefined) return journals;
    const upTo = until === undefined ? 'what they say is lost' : `they can be followed up to ${timeOf(until)}`;
    const { lostFrames, lostUntil } = stop;
    const behind =
      lostUntil === undefined
        ? ''
        : `, and what ${printCount(lostFrames, 'later frame')} up to ${timeOf(lostUntil)} say is lost`;
    return this.#giveUp('journal_damaged', `${stop.reason} Of the journals, ${upTo}${behind}.`);
  }

  #replay({ files }: SalvagedJournals): number {
    let commands = 0;
    for (const { path, frames } of files)
      for (const { payload, time } of frames) {
        try {
          commands += this.source.replay(payload, time);
        } catch (error) {
          this.#giveUp('journal_not_runnable', `${path} is whole and cannot be run: ${messageOf(error)}.`);
        }
      }
    return commands;
  }

  /** Does what may find damage. */
  #guarded(finding: string, work: () => void): void {
    const { dataFile } = this.directory;
    try {
      work();
    } catch (error) {
      if (isDamage(error)) this.#giveUp(finding, `${dataFile} is damaged: ${error.message}.`);
      if (error instanceof IncompleteValueError)
        this.#giveUp('values_incomplete', `${dataFile} lacks parts of values: ${error.message}.`);
      if (isOfTheSystem(error)) throw error;
      this.#giveUp('data_not_loadable', `${dataFile} is whole and cannot be loaded: ${messageOf(error)}.`);
    }
  }

  #giveUp(finding: string, what: string): never {
    this.findings.push(
      problem(
        finding,
        what,
        'Unless a copy of the data file (generation) is whole, the next start refuses the directory, or with on_corruption "quarantine" moves it away and begins empty: bring back a backup, or ' +
          'save what can be read with "respite doctor --repair NEWDIR".',
      ),
    );
    throw new GivenUp();
  }
}

/** Whether an error is that of a file, rather than of what is in it. */
function isOfTheSystem(error: unknown): boolean {
  return !RespiteError.is(error) && typeof error === 'object' && error !== null && 'syscall' in error;
}

function timeOf(time: number): string {
  return new Date(time).toISOString();
}
