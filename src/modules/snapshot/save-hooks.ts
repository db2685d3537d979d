import { SaveFailure, type SaveHooks } from '../../engine/snapshot/source';
import { RespiteError } from '../../errors';

/** What the commands need of who writes snapshots. */
export interface SaveHooksParts extends Omit<SaveHooks, 'save' | 'saveNext'> {
  readonly snapshotNow: () => Promise<unknown>;
}

/** Answers SAVE and its like. */
export function saveHooksOf({ snapshotNow, ...others }: SaveHooksParts): SaveHooks {
  return {
    ...others,
    save: async () => {
      if (others.saving()) throw new SaveFailure('SNAPSHOT_RUNNING', 'A snapshot is being written already.');
      await snapshotNow().catch(toSaveFailure);
    },
    saveNext: async () => {
      await snapshotNow().catch(toSaveFailure);
    },
  };
}

/** The engine knows no errors of ours. Logged and counted it was where it happened. */
function toSaveFailure(error: unknown): never {
  if (!RespiteError.is(error)) throw error;
  throw new SaveFailure(error.code, error.message);
}
