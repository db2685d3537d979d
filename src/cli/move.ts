import { resolve } from 'node:path';
import { type DirectoryState, openDirectory } from '../migration/open-place';
import type { OpenPlace } from '../migration/place';
import { loadForStart, sourcesOf } from './config-options';
import type { MoveCommandOptions } from './move-options';
import { ProgressLine } from './progress-line';
import { watchSignals } from './signals';

/** What a command that moves data works with. */
export interface Move {
  /** Absolute. */
  readonly directory: string;
  /** The data directory. */
  readonly place: OpenPlace;
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
}

/**
 * Opens the data directory, shows the progress on stderr, and interrupts the work at the first Ctrl-C or its like.
 * @param state which directories will do
 */
export async function move<T>(
  options: MoveCommandOptions,
  state: DirectoryState,
  work: (move: Move) => Promise<T>,
): Promise<T> {
  const directory = resolve(loadForStart(options).config.redis.standalone.persistence.data_dir);
  const signals = watchSignals();
  const interruption = new AbortController();
  void signals.first.then(({ name }) => {
    interruption.abort(name);
  });
  const progress = new ProgressLine(options.json !== true);
  try {
    const place = await openDirectory(sourcesOf(options), directory, state);
    try {
      return await work({ directory, place, signal: interruption.signal, progress });
    } finally {
      progress.end();
      await place.close();
    }
  } finally {
    signals.dispose();
  }
}
