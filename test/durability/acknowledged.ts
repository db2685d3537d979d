import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { start } from '../support/kept-engine';
import { SeededRandom } from '../support/seeded-random';

const RUN_TS = join(__dirname, '../support/run-ts.js');
const PROGRAM = join(__dirname, 'acknowledging-program.ts');
/** So many acknowledgements a round ends after at most. */
const MOST_ACKNOWLEDGED = 4_000;

/** What a run did. */
export interface AcknowledgedReport {
  readonly rounds: number;
  readonly acknowledged: number;
}

/**
 * Kills fifty writers under `durability: always` after a random number of acknowledgements, again and again in one
 * directory: no acknowledged write may be missing, and no transaction be half there.
 * @throws Error naming what was lost
 */
export async function killAcknowledging(path: string, rounds: number, seed: number): Promise<AcknowledgedReport> {
  const random = new SeededRandom(seed);
  let acknowledged = 0;
  for (let round = 1; round <= rounds; round++) {
    const way = random.below(2) === 0 ? 'process' : 'listener';
    const last = await runAndKill(path, way, random.below(MOST_ACKNOWLEDGED) + 1);
    for (const count of last.values()) acknowledged += count;
    const kept = await start(path, { durability: 'always', onCorruption: 'fail' });
    try {
      for (const [writer, count] of last) {
        const found = Number(kept.run('GET', `counter ${writer}`));
        const length = Number(kept.run('LLEN', `list ${writer}`));
        const where = `round ${String(round)} (${way}, seed ${String(seed)}), writer ${writer}`;
        if (!(found >= count))
          throw new Error(`${where}: ${String(count)} was acknowledged, ${String(found)} is there`);
        if (found !== length) throw new Error(`${where}: half a transaction: ${String(found)} and ${String(length)}`);
      }
    } finally {
      await kept.manager.stop();
      kept.engine.close();
    }
  }
  return { rounds, acknowledged };
}

/** @returns the last number acknowledged to each writer */
async function runAndKill(path: string, way: string, after: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [RUN_TS, PROGRAM, path, way], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.split('\n').length > after) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const last = new Map<string, number>();
  // The last line may be cut off.
  for (const line of text
    .slice(0, text.lastIndexOf('\n') + 1)
    .trim()
    .split('\n')) {
    const [writer = '', count] = line.split(' ');
    if (writer !== '') last.set(writer, Math.max(last.get(writer) ?? 0, Number(count)));
  }
  return last;
}
