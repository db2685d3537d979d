import { writeFile } from 'node:fs/promises';
import { contentsOf, start } from '../support/kept-engine';
import { tell } from '../support/tell';
import { FROZEN, operationsOf } from './workload';

/**
 * Takes snapshots of random data, one after the other: `node test/support/run-ts.js snapshots-program.ts DIR STATES COUNT SEED`.
 * Prints `snapshot N` when one was reported, and leaves in the file STATES what each held.
 */
async function main(directory: string, states: string, count: number, seed: number): Promise<void> {
  const kept = await start(directory, { clock: FROZEN, onShutdown: false });
  const held: (readonly (readonly [string, string])[])[] = [[]];
  for (let step = 1; step <= count; step++) {
    for (const [name, ...args] of operationsOf(seed, step)) kept.run(name, ...args);
    await kept.manager.snapshotNow();
    tell(`snapshot ${String(step)}`);
    held.push([...contentsOf(kept)]);
  }
  await writeFile(states, JSON.stringify(held));
  await kept.manager.stop();
}

const [, , directory = '', states = '', count, seed] = process.argv;
void main(directory, states, Number(count), Number(seed));
