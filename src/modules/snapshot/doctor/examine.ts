import { stat } from 'node:fs/promises';
import type { Clock } from '../../../container';
import { RespiteError } from '../../../errors';
import { type BackupHeader, FrameReader, FrameType } from '../backup/format';
import { askForBackup } from '../control/ask';
import { type Owner, ownerOf, silentOwner } from '../control/owner';
import { refuseNetworkFilesystem } from '../directory/network-filesystem';
import { MARKER } from '../directory/recognise';
import { damageIn } from '../store/check-snapshot';
import { codeOf } from '../system-error';
import { tryRestore } from './examine-data';
import { examineFiles, examineLocks, examineRoom } from './examine-files';
import { type Finding, note, problem } from './finding';
import { ObservedDirectory } from './observed-directory';

/** What a directory is examined with. */
export interface ExamineOptions {
  /** What its data is encrypted with, as the application has it; none = it is not. */
  readonly encryptionKey?: Uint8Array | undefined;
  readonly clock: Clock;
  /** How many logical databases the application has. */
  readonly databases: number;
}

/** What is in a directory. */
export interface DirectorySummary {
  /** Keys that a start would serve, or that could be saved; of a directory in use, those of its last snapshot. */
  readonly keys: number;
  /** Size of the data file. */
  readonly bytes: number;
  /** Point in time of the last snapshot, milliseconds since the epoch; 0 = none. */
  readonly lastSnapshot: number;
  /** Commands that journals bring back; of a directory in use, 0. */
  readonly journaled: number;
}

/** What an examination found. */
export interface Diagnosis {
  /** Whether nothing would stop the next start, or cost something there. */
  readonly sound: boolean;
  /** Process that uses the directory. */
  readonly pid: number | undefined;
  readonly findings: readonly Finding[];
  /** `undefined` where nothing in it could be read. */
  readonly summary: DirectorySummary | undefined;
}

/** Codes of errors that are a finding: they say what a start would say. */
const FINDINGS: ReadonlyMap<unknown, string> = new Map([
  ['SNAPSHOT_DIR_FOREIGN', 'directory_foreign'],
  ['SNAPSHOT_FORMAT_UNSUPPORTED', 'format_unsupported'],
  ['SNAPSHOT_FILE_UNSAFE', 'file_unsafe'],
  ['SNAPSHOT_NETWORK_FILESYSTEM', 'network_filesystem'],
  ['ENCRYPTION_KEY_MISSING', 'key_missing'],
  ['ENCRYPTION_KEY_WRONG', 'key_wrong'],
  ['ENCRYPTION_KEY_UNUSED', 'key_unused'],
]);

/**
 * Looks for everything that is the matter with a data directory, and changes nothing in it. One that is in use is checked by the
 * process that uses it.
 * @param path absolute
 * @throws RespiteError when it cannot be looked at: `SNAPSHOT_DIR_UNUSABLE`, `SNAPSHOT_OWNER_OTHER_USER`, `SNAPSHOT_OWNER_UNREACHABLE`
 */
export async function examine(path: string, options: ExamineOptions): Promise<Diagnosis> {
  const findings: Finding[] = [];
  const missing = await examinePlace(path);
  if (missing !== undefined) return diagnosis([missing]);
  try {
    return await examineThere(path, options, findings);
  } catch (error) {
    const finding = RespiteError.is(error) ? FINDINGS.get(error.code) : undefined;
    if (finding === undefined || !RespiteError.is(error)) throw error;
    return diagnosis([...findings, problem(finding, error.message, '')]);
  }
}

function diagnosis(findings: readonly Finding[], pid?: number, summary?: DirectorySummary): Diagnosis {
  return { sound: !findings.some(({ weight }) => weight === 'problem'), pid, findings, summary };
}

/** @returns what is wrong when there is nothing to look into */
async function examinePlace(path: string): Promise<Finding | undefined> {
  const stats = await stat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  });
  if (stats === undefined)
    return problem(
      'directory_missing',
      `There is no directory ${path}.`,
      'Name another one with --data-dir; a start would make this one, and begin empty.',
    );
  if (!stats.isDirectory())
    return problem('directory_foreign', `${path} is no directory.`, 'Name another one with --data-dir.');
  return undefined;
}

async function examineThere(path: string, options: ExamineOptions, findings: Finding[]): Promise<Diagnosis> {
  const owner = await ownerOf(path);
  if (owner === undefined) findings.push(...(await examineLocks(path)));
  await refuseNetworkFilesystem(path);
  const directory = await ObservedDirectory.look(path, options.encryptionKey);
  findings.push(...examineFiles(path, directory?.marker.replacedBy));
  if (directory === undefined) {
    const what = `${path} was never used as a data directory.`;
    findings.push(
      note(
        'directory_unused',
        what,
        'A start would begin empty; name another one with --data-dir if there is to be data.',
      ),
    );
    return diagnosis(findings, owner?.pid);
  }
  examineMarker(directory, findings);
  findings.push(...examineRoom(path, await directory.dataBytes()));
  await directory.checkKey();
  if (owner !== undefined) return examineInUse(directory, owner, findings);
  const { clock, databases } = options;
  const trial = await tryRestore({ directory, clock, databases });
  const { keys, snapshotTime: lastSnapshot, journaled } = trial;
  const bytes = await directory.dataBytes();
  return diagnosis([...findings, ...trial.findings], undefined, { keys, bytes, lastSnapshot, journaled });
}

function examineMarker({ markerTrouble }: ObservedDirectory, findings: Finding[]): void {
  if (markerTrouble === undefined) return;
  const what = `${MARKER} is ${markerTrouble}; the data file says what it said.`;
  findings.push(note(`marker_${markerTrouble}`, what, 'Nothing need be done: the next start writes it anew.'));
}

/** Has the owner read all of its data back, which it does for a backup. Journals are being written: the next start reads them. */
async function examineInUse(directory: ObservedDirectory, owner: Owner, findings: Finding[]): Promise<Diagnosis> {
  const pid = String(owner.pid);
  const remedy = `Process ${pid} still has the data: see what its log says, have it write everything anew with "respite snapshot --full", and look again before it is stopped.`;
  try {
    const { keys, time: lastSnapshot } = await readByOwner(owner);
    const bytes = await directory.dataBytes();
    const what = `Process ${pid} uses the directory; it wrote a snapshot and read all of it back.`;
    return diagnosis([...findings, note('in_use', what)], owner.pid, { keys, bytes, lastSnapshot, journaled: 0 });
  } catch (error) {
    const found = [...findings, note('in_use', `Process ${pid} uses the directory.`)];
    if (RespiteError.is(error) && FAILED_SNAPSHOTS.has(error.code))
      return diagnosis([...found, problem('snapshot_failed', error.message, remedy)], owner.pid);
    // A backup that breaks off does not say why.
    const damage = await damageInUse(directory);
    if (damage !== undefined)
      return diagnosis(
        [...found, problem('data_damaged', `${directory.dataFile} is damaged: ${damage}.`, remedy)],
        owner.pid,
      );
    throw RespiteError.is(error) && error.code !== 'BACKUP_DAMAGED' ? error : silentOwner(owner, error);
  }
}

const FAILED_SNAPSHOTS: ReadonlySet<unknown> = new Set([
  'SNAPSHOT_WRITE_FAILED',
  'SNAPSHOT_TOO_LARGE',
  'SNAPSHOT_LOCK_LOST',
]);

/** So often a file is looked at that may be written to meanwhile. */
const MOST_LOOKS = 5;

/** What is wrong with a data file that somebody may write to; LMDB leaves the pages of the last snapshot alone until the next but one. */
async function damageInUse(directory: ObservedDirectory): Promise<string | undefined> {
  for (let look = 0; look < MOST_LOOKS; look++) {
    const before = await directory.lastSequence();
    const damage = damageIn(directory.dataFile);
    if (damage === undefined) return undefined;
    if ((await directory.lastSequence()) === before) return damage;
  }
  return undefined;
}

async function readByOwner({ control }: Owner): Promise<BackupHeader> {
  const frames = new FrameReader();
  let header: BackupHeader | undefined;
  for await (const piece of await askForBackup(control))
    for (const { type, body } of frames.take(piece))
      if (type === FrameType.header) header = JSON.parse(body.toString()) as BackupHeader; // the checksum vouches for it
  frames.finish();
  if (header === undefined) throw new Error('it sent nothing');
  return header;
}
