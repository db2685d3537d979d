import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kept, type KeptOptions, start } from './kept-engine';
import { temporaryPath } from './temporary-path';
import { until } from './until';

/** Engines with journals, ended together. */
export class JournaledEngines {
  readonly #running: Kept[] = [];

  /** Starts one that journals each second and refuses damage, unless the options say otherwise. */
  async open(path: string, options: KeptOptions = {}): Promise<Kept> {
    const kept = await start(path, { durability: 'everysec', onCorruption: 'fail', onShutdown: false, ...options });
    this.#running.push(kept);
    kept.engine.host.saveHooks = kept.manager.saveHooks;
    return kept;
  }

  async end(): Promise<void> {
    for (const kept of this.#running.splice(0)) {
      await kept.manager.stop().catch(() => undefined);
      kept.engine.close();
    }
  }
}

/** What a crash leaves at this moment: the files as they are, once everything up to here was written. */
export async function crashed(path: string, { manager, run }: Kept): Promise<string> {
  run('SET', 'the last', 'of all');
  await until('the journal has it', () => Promise.resolve((manager.saveHooks.journal?.()?.pending ?? 0) === 0));
  const copy = await temporaryPath();
  await cp(path, copy, { recursive: true });
  for (const name of await readdir(copy)) if (name.startsWith('lock.')) await rm(join(copy, name));
  return copy;
}

/** The names of the journal files in a data directory. */
export async function journalsIn(path: string): Promise<string[]> {
  return (await readdir(path)).filter((name) => name.startsWith('journal-')).sort();
}
