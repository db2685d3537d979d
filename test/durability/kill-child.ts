import { start } from '../support/kept-engine';
import { tell } from '../support/tell';
import { FROZEN, type Keeping, stepOf } from './workload';

/** Restores, then works and takes snapshots until it is killed; tells on standard output which steps are safe. */
async function main(directory: string, seed: number, keeping: Keeping): Promise<void> {
  const kept = await start(directory, { ...keeping, onCorruption: 'fail', clock: FROZEN });
  let step = Number(kept.run('GET', 'step') ?? 0);
  tell(`restored ${String(step)}`);
  for (;;) {
    step++;
    // In one turn: a frame of the journal has all of a step.
    for (const [name, ...args] of stepOf(keeping, seed, step)) kept.run(name, ...args);
    await kept.manager.snapshotNow();
    tell(`saved ${String(step)}`);
  }
}

const [directory, seed, durability, key = ''] = process.argv.slice(2);
if (directory === undefined || (durability !== 'snapshot' && durability !== 'always'))
  throw new Error('usage: kill-child DIRECTORY SEED snapshot|always [KEY]');
const encryptionKey = key === '' ? undefined : Buffer.from(key, 'hex');
void main(directory, Number(seed), { durability, encryptionKey });
