import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { SnapshotSource } from '../../../engine/snapshot/source';
import { RespiteError } from '../../../errors';
import { ownerOf } from '../control/owner';
import { DataDirectory } from '../directory/data-directory';
import { SnapshotStore } from '../store/snapshot-store';
import { writeSnapshot } from '../write-snapshot';
import { examine, type ExamineOptions } from './examine';
import { identify } from './identify';
import { salvageBest } from './salvage/salvage-best';
import { isWhole, type SalvageReport } from './salvage/salvage-report';

/**
 * Saves what can be read of a data directory into a new one, which an ordinary start opens. The old one is not touched.
 * @param path absolute. @param target absolute: new, or empty; never within `path`
 * @throws RespiteError `INPUT_INVALID`, `REPAIR_TARGET_USED`, `REPAIR_NOTHING_SAVED`, `SNAPSHOT_LOCKED`, and those of `identify`, `ownerOf`,
 * `DataDirectory.open` and of writing a snapshot
 */
export async function repair(path: string, target: string, options: ExamineOptions): Promise<SalvageReport> {
  const owner = await ownerOf(path);
  if (owner !== undefined) {
    throw new RespiteError('SNAPSHOT_LOCKED', {
      message: `Process ${String(owner.pid)} uses ${path} and has its data: stop it first, or take a backup of it with "respite backup".`,
    });
  }
  await assertApart(path, target);
  const { encryptionKey, clock } = options;
  const directory = await identify(path, encryptionKey);
  const { encryption } = directory;
  const salvaged = await salvageBest({ directory, encryption, clock, databases: options.databases });
  const { engine, databases, report } = salvaged;
  try {
    if (report.keys === 0 && !isWhole(report)) {
      throw new RespiteError('REPAIR_NOTHING_SAVED', {
        message: `Nothing in ${path} can be read, so ${target} was not made. Bring back a backup.`,
      });
    }
    await write(engine.snapshots, target, options);
  } finally {
    engine.close();
  }
  await assertOpens(target, report, { ...options, databases });
  return report;
}

/** That nothing will be written into the old directory. */
async function assertApart(path: string, target: string): Promise<void> {
  const way = relative(await realPathOf(path), await realPathOf(target));
  if (way === '..' || way.startsWith(`..${sep}`) || /^[A-Za-z]:/.test(way)) return;
  throw new RespiteError('INPUT_INVALID', {
    message: `${target} is, or lies in, ${path}, in which nothing is changed. Give --repair a directory elsewhere.`,
  });
}

/** Of a path whose end need not exist. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (dirname(path) === path) throw error;
    return join(await realPathOf(dirname(path)), basename(path));
  }
}

async function write(source: SnapshotSource, target: string, { encryptionKey, clock }: ExamineOptions): Promise<void> {
  const directory = await DataDirectory.open(target, { encryptionKey });
  try {
    if ((await directory.hasSnapshot()) || (await directory.journals()).length > 0) {
      throw new RespiteError('REPAIR_TARGET_USED', {
        message: `${target} holds data, which is not replaced. Give --repair a new directory.`,
      });
    }
    const { dataFile: path, dataFileIdentity: file, datasetId } = directory;
    const store = new SnapshotStore({ path, file, datasetId, sequence: 0, encryptionKey });
    const { sequence } = await writeSnapshot(source, store, {
      full: true,
      now: () => clock.now(),
      rotate: () => ({ number: 1, begun: Promise.resolve(), exists: false }),
      beforeItCounts: () => directory.noteSnapshot(),
    }).finally(() => store.close());
    await directory.noteSequence(sequence);
  } finally {
    await directory.close();
  }
}

/** That a start would serve what was saved. */
async function assertOpens(target: string, { keys }: SalvageReport, options: ExamineOptions): Promise<void> {
  const { sound, findings, summary } = await examine(target, options);
  // Keys may expire meanwhile.
  if (sound && (summary?.keys ?? 0) <= keys) return;
  const reason = findings.find(({ weight }) => weight === 'problem')?.what ?? 'it holds other keys than were saved.';
  throw new RespiteError('SNAPSHOT_WRITE_FAILED', {
    message: `${target} was written and cannot be used: ${reason} Remove it and try again.`,
  });
}
