import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { contentsOf, keep, type Kept, start } from '../support/kept-engine';
import { SeededRandom } from '../support/seeded-random';
import { FROZEN, type Keeping, stepOf } from './workload';

export interface KillReport {
  readonly seed: number;
  readonly rounds: number;
  /** Steps of the workload that were found on the disk at the end. */
  readonly steps: number;
}

/** Long enough for some steps on a busy machine, too. */
const LONGEST_LIFE_MS = 1_500;

/**
 * Kills a process that writes snapshots as fast as it can (SIGKILL, at a random moment), restores what it left and
 * compares it key by key with a model; again and again on the same directory.
 * @throws Error naming the round when a snapshot that was reported as safe is gone, or the content is not that of
 * exactly one step.
 */
export async function runKill(
  directory: string,
  rounds: number,
  seed: number,
  keeping: Keeping = { durability: 'snapshot' },
): Promise<KillReport> {
  const random = new SeededRandom(seed);
  const model = new Model(seed, keeping);
  for (let round = 1; round <= rounds; round++) {
    const saved = await liveAndDie(directory, seed, random.below(LONGEST_LIFE_MS), keeping);
    const restored = await start(directory, { ...keeping, onCorruption: 'fail', onShutdown: false, clock: FROZEN });
    const step = Number(restored.run('GET', 'step') ?? 0);
    if (step < saved)
      throw new Error(`round ${String(round)}: step ${String(saved)} was safe, ${String(step)} is there`);
    model.advanceTo(step);
    const difference = firstDifference(model.contents(), contentsOf(restored));
    if (difference !== undefined) throw new Error(`round ${String(round)}, step ${String(step)}: ${difference}`);
    await restored.manager.stop();
  }
  return { seed, rounds, steps: model.step };
}

/** @returns the last step the process called safe. */
async function liveAndDie(
  directory: string,
  seed: number,
  lifetime: number,
  { durability, encryptionKey }: Keeping,
): Promise<number> {
  const runner = join(__dirname, '../support/run-ts.js');
  const key = Buffer.from(encryptionKey ?? []).toString('hex');
  const args = [runner, join(__dirname, 'kill-child.ts'), directory, String(seed), durability, key];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let saved = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [event, step] = line.split(' ');
    saved = Number(step);
    if (event === 'restored') void sleep(lifetime).then(() => child.kill('SIGKILL'));
  }
  if (child.signalCode !== 'SIGKILL') {
    await new Promise((resolve) =>
      (child.exitCode ?? child.signalCode) === null ? child.once('exit', resolve) : resolve(0),
    );
  }
  if (child.signalCode !== 'SIGKILL') throw new Error(`the process ended by itself with ${String(child.exitCode)}`);
  return saved;
}

/** The same operations on an engine that is never saved. */
class Model {
  step = 0;
  readonly #kept: Kept = keep('/nowhere', { clock: FROZEN });

  constructor(
    private readonly seed: number,
    private readonly keeping: Keeping,
  ) {}

  advanceTo(step: number): void {
    while (this.step < step) {
      this.step++;
      for (const [name, ...args] of stepOf(this.keeping, this.seed, this.step)) this.#kept.run(name, ...args);
    }
  }

  contents(): ReadonlyMap<string, string> {
    return contentsOf(this.#kept);
  }
}

/** What differs first between two states, or `undefined`. */
export function firstDifference(
  expected: ReadonlyMap<string, string>,
  actual: ReadonlyMap<string, string>,
): string | undefined {
  for (const [key, value] of expected) {
    const found = actual.get(key);
    if (found !== value)
      return `${key.slice(0, 60)} is ${String(found).slice(0, 200)} instead of ${value.slice(0, 200)}`;
  }
  for (const key of actual.keys()) if (!expected.has(key)) return `${key.slice(0, 60)} should not be there`;
  return undefined;
}
