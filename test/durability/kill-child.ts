import { start } from '../support/kept-engine';
import { tell } from '../support/tell';
import { FROZEN, operationsOf } from './workload';

/** Restores, then works and takes snapshots until it is killed; tells on standard output which steps are safe. */
async function main(directory: string, seed: number): Promise<void> {
  const kept = await start(directory, { onCorruption: 'fail', clock: FROZEN });
  let step = Number(kept.run('GET', 'step') ?? 0);
  tell(`restored ${String(step)}`);
  for (;;) {
    step++;
    for (const [name, ...args] of operationsOf(seed, step)) kept.run(name, ...args);
    await kept.manager.snapshotNow();
    tell(`saved ${String(step)}`);
  }
}

const [directory, seed] = process.argv.slice(2);
if (directory === undefined || seed === undefined) throw new Error('usage: kill-child DIRECTORY SEED');
void main(directory, Number(seed));
