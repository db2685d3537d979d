import type { Clock, Logger } from '../../container';
import type { SnapshotSource } from '../../engine/snapshot/source';
import { DataDirectory } from './directory/data-directory';
import type { HolderSockets } from './directory/lock-file';
import type { JournalKeeper } from './journal/journal-keeper';
import { restore } from './restore';
import type { RestoreOutcome } from './restore-context';
import type { RestoreProgress, SnapshotSettings } from './settings';
import { SnapshotStore } from './store/snapshot-store';

/** What opening a data directory takes. */
export interface OpenDataParts {
  readonly source: SnapshotSource;
  readonly settings: SnapshotSettings;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onProgress: ((progress: RestoreProgress) => void) | undefined;
  readonly journals: JournalKeeper;
  readonly signal: AbortSignal | undefined;
  /** Where other processes reach us, which the lock is to say. */
  readonly sockets: HolderSockets | undefined;
}

/** A data directory that is locked for us, whose data is in the engine. */
export interface OpenedData {
  readonly directory: DataDirectory;
  readonly store: SnapshotStore;
  readonly restored: RestoreOutcome;
}

/** Locks the directory and restores what is in it; when that fails, the directory is free for others. */
export async function openData(parts: OpenDataParts): Promise<OpenedData> {
  const directory = await lock(parts);
  try {
    const { source, settings, logger, clock, onProgress, journals, signal } = parts;
    const restored = await restore({
      directory,
      hasJournals: (await directory.journals()).length > 0,
      beforeServing: (journal) => journals.start(directory, journal),
      source,
      settings,
      logger,
      clock,
      onProgress,
      signal,
    });
    return { directory, store: storeOf(directory, restored.sequence, settings), restored };
  } catch (error) {
    await directory.close();
    throw error;
  }
}

function lock({ settings, logger, signal, sockets }: OpenDataParts): Promise<DataDirectory> {
  return DataDirectory.open(settings.dataDirectory, {
    encryptionKey: settings.encryptionKey,
    ...(signal === undefined ? {} : { signal }),
    sockets,
    onLost: () => {
      logger.error({ event: 'snapshot_lock_lost' }, 'the lock of the data directory was lost');
    },
    onWarning: (message) => {
      logger.warn({ event: 'snapshot_directory' }, message);
    },
  });
}

function storeOf(directory: DataDirectory, sequence: number, { maxBytes = 0 }: SnapshotSettings): SnapshotStore {
  const { dataFile: path, dataFileIdentity: file, datasetId, encryptionKey } = directory;
  return new SnapshotStore({ path, file, datasetId, sequence, encryptionKey, maxBytes });
}
