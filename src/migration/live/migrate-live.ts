import { openPlace } from '../open-place';
import type { Place } from '../place';
import { LiveMigration } from './live-migration';
import type { LiveOptions } from './live-options';

/** From where to where is moved while the source serves, and how. */
export interface MigrateLiveOptions extends LiveOptions {
  readonly from: Place;
  readonly to: Place;
}

/**
 * Moves all of the data while the source serves: copies it, and then follows what changes, in order, until it is cut over. The
 * source is a data directory that a process uses, or a Redis that lets itself be followed as by a replica; the target a Redis, a data
 * directory or a backend. While the move lasts, the target is for it alone: what removes everything at the source does there, too.
 * @returns when the data was copied; `cutover` of what it answers ends the move, `stop` gives it up
 * @throws ConflictError `IMPORT_CONFLICT`
 * @throws RespiteError `MIGRATION_OPTIONS_INVALID`, `MIGRATION_REPLICATION_REFUSED`, `MIGRATION_FELL_BEHIND`, `IMPORT_REFUSED`,
 * `IMPORT_NOT_SUPPORTED`, `MIGRATION_CONNECTION_LOST`, `MIGRATION_INTERRUPTED`, and those of opening the places
 */
export async function migrateLive(options: MigrateLiveOptions): Promise<LiveMigration> {
  const from = await openPlace(options.from, 'used');
  try {
    const to = await openPlace(options.to, 'any');
    try {
      const live = await LiveMigration.begin(from, to, options, async () => {
        await to.close();
        await from.close();
      });
      options.signal?.addEventListener('abort', () => void live.stop(), { once: true });
      return live;
    } catch (error) {
      await to.close();
      throw error;
    }
  } catch (error) {
    await from.close();
    throw error;
  }
}
