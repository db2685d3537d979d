import { resolve } from 'node:path';
import { printCount, RespiteError } from '../../errors';
import type { SnapshotResult } from '../../modules/snapshot';
import { readKeyFile } from '../../modules/snapshot/encryption/encryption-key';
import { askForSnapshot } from '../../modules/snapshot/control/ask';
import { type Owner, ownerOf, silentOwner } from '../../modules/snapshot/control/owner';
import { type DirectoryContent, lookInto } from '../../modules/snapshot/control/unused-directory';
import { type ConfigOptions, loadForStart } from '../config-options';
import { withDirectory } from '../open-directory';
import { json } from '../render';

/** Options of `respite snapshot`. */
export interface SnapshotCommandOptions extends ConfigOptions {
  readonly full?: boolean;
  /** File with the key that the data is to be encrypted with from now on. */
  readonly newKeyFile?: string;
  /** `false`: it is to be encrypted no more. */
  readonly key?: boolean;
}

/**
 * Has the process that uses the data directory write a snapshot. When nobody uses it, says what is in it, or with `--full`
 * rewrites it.
 * @returns what to print
 */
export async function snapshot(options: SnapshotCommandOptions): Promise<string> {
  const directory = resolve(loadForStart(options).config.redis.standalone.persistence.data_dir);
  const full = options.full === true;
  if (options.newKeyFile !== undefined || options.key === false) return rewriteWithKey(options, directory);
  const owner = await ownerOf(directory);
  if (owner !== undefined) return told(options, directory, owner.pid, await ask(owner, full));
  const content = await lookInto(directory);
  if (!full) return toldUnused(options, directory, content);
  return told(
    options,
    directory,
    null,
    await withDirectory(options, directory, (manager) => manager.snapshotNow({ full: true })),
  );
}

async function ask(owner: Owner, full: boolean): Promise<SnapshotResult> {
  try {
    return await askForSnapshot(owner.control, full);
  } catch (error) {
    if (RespiteError.is(error)) throw error;
    throw silentOwner(owner, error);
  }
}

/** Writes all of a directory that nobody uses under another key, or none. */
async function rewriteWithKey(options: SnapshotCommandOptions, directory: string): Promise<string> {
  const { full, newKeyFile, key } = options;
  if (full !== true || (newKeyFile !== undefined && key === false)) {
    throw new RespiteError('INPUT_INVALID', {
      message: 'Give --full together with one of --new-key-file and --no-key: all of the data is written anew.',
    });
  }
  const newKey = newKeyFile === undefined ? undefined : readKeyFile(newKeyFile);
  const owner = await ownerOf(directory);
  if (owner !== undefined) {
    throw new RespiteError('SNAPSHOT_LOCKED', {
      message: `Process ${String(owner.pid)} uses ${directory}. Stop it: a key is changed while nobody uses the directory.`,
    });
  }
  await lookInto(directory);
  const result = await withDirectory(options, directory, (manager) => manager.rewriteWith(newKey));
  const text = told(options, directory, null, result);
  if (options.json === true) return text;
  const now =
    newKeyFile === undefined ? 'It is not encrypted any more' : `It is encrypted with the key in ${newKeyFile}`;
  return `${text} ${now}: change the configuration before the next start.`;
}

function told(options: ConfigOptions, dataDir: string, pid: number | null, result: SnapshotResult): string {
  const { skipped, written, keys, bytes } = result;
  const durationMs = Math.round(result.duration);
  if (options.json === true) {
    return json({ dataDir, pid, skipped, written, ...(skipped ? {} : { keys, bytes, durationMs }) });
  }
  const who = pid === null ? 'This command' : `Process ${String(pid)}`;
  if (skipped) return `${who} had nothing to write: nothing in ${dataDir} has changed since the last snapshot.`;
  return `${who} wrote ${printCount(written, 'record')} in ${String(durationMs)} ms: ${dataDir} holds ${printCount(keys, 'key')} in ${printCount(bytes, 'byte')}.`;
}

function toldUnused(options: ConfigOptions, dataDir: string, content: DirectoryContent): string {
  const { keys, bytes } = content;
  const lastSnapshot = content.lastSnapshot === 0 ? null : new Date(content.lastSnapshot).toISOString();
  if (options.json === true) return json({ dataDir, pid: null, skipped: true, written: 0, keys, bytes, lastSnapshot });
  const held = lastSnapshot === null ? 'no snapshot' : `${printCount(keys, 'key')}, as of ${lastSnapshot}`;
  return `No process uses ${dataDir}, so there is nothing to write. It holds ${held}. With --full it is written anew.`;
}
