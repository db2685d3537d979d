import fc from 'fast-check';
import { differenceOf, EffectServers } from '../support/effect-servers';
import { key } from './command-group';
import { ALL_GROUPS } from './groups';

export interface EffectsReport {
  readonly seed: number;
  readonly commands: number;
  /** How often each command stood in the stream. */
  readonly effects: Readonly<Record<string, number>>;
}

const RUNS_PER_ROUND = 25;
const MAX_SEQUENCE = 40;
/**
 * Without BITFIELD's FAIL: where it sets nothing Redis still makes the key, and tells nobody; we do. Without RANDOMKEY and
 * SCAN: which keys they come upon, and with how many at once, is each server's own. Without WATCH, by which we come upon keys and Redis does not.
 */
const words = fc
  .oneof(...ALL_GROUPS.flatMap(({ commands }) => Object.values(commands)))
  .map((each) => each.words)
  .filter((line) => !line.some((word) => /^(randomkey|scan|watch)$|fail/i.test(word)));

/** A key's time comes to its end: whoever comes upon it then removes it. */
const ending = key.map((name) => [
  ['PEXPIRE', name, '3'],
  ['DEBUG', 'SLEEP', '0.005'],
]);
const steps = fc.oneof({ weight: 12, arbitrary: words.map((line) => [line]) }, { weight: 1, arbitrary: ending });

/**
 * Runs random commands on a real server and on an engine, and compares what the one tells its replicas with the other's
 * effects.
 * @throws the shrunk sequence whose effects differ, with its seed
 */
export async function fuzzEffects(options: {
  readonly commands: number;
  readonly seed: number;
}): Promise<EffectsReport> {
  const servers = await EffectServers.start();
  const counts: Record<string, number> = {};
  let done = 0;
  const compare = fc.asyncProperty(
    fc.array(steps, { minLength: 1, maxLength: MAX_SEQUENCE, size: 'max' }).map((all) => all.flat()),
    async (sequence) => {
      await servers.runAll(sequence);
      done += sequence.length;
      const streams = await servers.take();
      for (const { line } of streams.actual) counts[line[0] ?? ''] = (counts[line[0] ?? ''] ?? 0) + 1;
      const difference = differenceOf(streams) ?? (await servers.differenceOfStates());
      if (difference !== undefined) throw new Error(difference);
    },
  );
  try {
    for (let round = 0; done < options.commands; round++) {
      const details = await fc.check(compare, { seed: options.seed + round, numRuns: RUNS_PER_ROUND });
      if (details.failed) {
        const sequence = (details.counterexample?.[0] ?? []).map((line) => JSON.stringify(line)).join('\n  ');
        throw new Error(
          `effects differ (FUZZ_SEED=${String(options.seed + round)}):\n  ${sequence}\n${String(details.errorInstance)}`,
        );
      }
    }
  } finally {
    await servers.stop();
  }
  return { seed: options.seed, commands: done, effects: counts };
}
