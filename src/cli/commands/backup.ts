import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { loadForStart, type ConfigOptions } from '../config-options';
import { printCount, RespiteError } from '../../errors';
import { writeBackupFile } from '../../modules/snapshot/backup/backup-file';
import { FrameReader } from '../../modules/snapshot/backup/format';
import { restoreBackup } from '../../modules/snapshot/backup/restore-backup';
import type { BackupSink } from '../../modules/snapshot/backup/write-backup';
import { askForBackup } from '../../modules/snapshot/control/ask';
import { type Owner, ownerOf, silentOwner } from '../../modules/snapshot/control/owner';
import { lookInto } from '../../modules/snapshot/control/unused-directory';
import { encryptionKeyOf } from '../../modules/snapshot/encryption/configured-key';
import { messageOf } from '../../modules/snapshot/system-error';
import { withDirectory } from '../open-directory';
import { json } from '../render';

/** Stands for standard output or input in the place of a file. */
const STANDARD_STREAM = '-';

/**
 * Makes a backup of a data directory: by the process that uses it, or, when nobody does, itself.
 * @param file to be written, or `-` for standard output
 * @returns what to print; nothing when the backup went to standard output
 */
export async function backup(file: string, options: ConfigOptions): Promise<string | undefined> {
  const directory = resolve(loadForStart(options).config.redis.standalone.persistence.data_dir);
  const owner = await ownerOf(directory);
  if (owner === undefined) await lookInto(directory);
  const make = (sink: BackupSink): Promise<unknown> =>
    owner === undefined ? withDirectory(options, directory, (manager) => manager.backupTo(sink)) : relay(owner, sink);
  if (file === STANDARD_STREAM) {
    await make(toStandardOutput);
    return undefined;
  }
  const path = resolve(file);
  let bytes = 0;
  await writeBackupFile(path, (sink) =>
    make((piece) => {
      bytes += piece.length;
      return sink(piece);
    }),
  );
  if (options.json === true) return json({ dataDir: directory, pid: owner?.pid ?? null, file: path, bytes });
  return `The backup of ${directory} is ${path}, ${printCount(bytes, 'byte')}. "respite restore" brings it back.`;
}

/** What the owner sends, which has to be whole. */
async function relay(owner: Owner, sink: BackupSink): Promise<void> {
  const frames = new FrameReader();
  for await (const piece of asked(owner)) {
    frames.take(piece);
    await sink(piece);
  }
  frames.finish();
}

async function* asked(owner: Owner): AsyncGenerator<Buffer> {
  try {
    yield* await askForBackup(owner.control);
  } catch (error) {
    if (RespiteError.is(error)) throw error;
    throw silentOwner(owner, error);
  }
}

function toStandardOutput(piece: Buffer): Promise<void> {
  return new Promise((resolvePiece, reject) => {
    process.stdout.write(piece, (error) => {
      if (error === undefined || error === null) resolvePiece();
      else reject(error);
    });
  });
}

/**
 * Restores a backup into a data directory in which nothing is yet.
 * @param file the backup, or `-` for standard input
 * @returns what to print
 */
export async function restore(file: string, options: ConfigOptions): Promise<string> {
  const { persistence } = loadForStart(options).config.redis.standalone;
  const dataDirectory = resolve(persistence.data_dir);
  const name = file === STANDARD_STREAM ? 'standard input' : resolve(file);
  const { time, keys } = await restoreBackup(piecesOf(file), {
    dataDirectory,
    encryptionKey: encryptionKeyOf(persistence),
    name,
  });
  const asOf = new Date(time).toISOString();
  if (options.json === true) return json({ dataDir: dataDirectory, keys, time: asOf });
  return `${dataDirectory} holds ${printCount(keys, 'key')}, as of ${asOf}.`;
}

async function* piecesOf(file: string): AsyncGenerator<Buffer> {
  try {
    // Neither has an encoding: what comes is Buffers.
    yield* (file === STANDARD_STREAM ? process.stdin : createReadStream(file)) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new RespiteError('BACKUP_FILE_UNUSABLE', {
      message: `The backup ${file} cannot be read: ${messageOf(cause)}.`,
      cause,
    });
  }
}
