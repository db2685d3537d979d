import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { crashed, JournaledEngines } from '../support/journaled-engine';
import type { Kept } from '../support/kept-engine';
import { killedAfter } from '../support/power-cut';
import { recordSteps } from '../support/strace';
import { FROZEN } from './workload';

/** What a run found. */
export interface KillCallsReport {
  /** Calls after which the process was killed, with and without encryption. */
  readonly calls: number;
  /** Starts on what they left. */
  readonly starts: number;
}

const RUN_TS = join(__dirname, '../support/run-ts.js');
const PROGRAM = join(__dirname, 'journal-lives-program.ts');
/** Lives after the recorded one, each ended by a kill before its first snapshot. */
const LIVES = 3;

/**
 * Records, by strace, all that a process does to its data directory under `always`, and starts on what is left when it is killed
 * after any one of these calls; what is started is killed, too, and started again. Each time there has to be all that was
 * acknowledged, and what is there has to be a state that there was.
 * @throws Error naming the call
 */
export async function killAtEachCall(path: string): Promise<KillCallsReport> {
  const report = { calls: 0, starts: 0 };
  for (const encryptionKey of [undefined, randomBytes(32)]) {
    const directory = join(path, 'data');
    await mkdir(path, { recursive: true });
    const key = encryptionKey?.toString('hex') ?? '';
    const steps = recordSteps([process.execPath, RUN_TS, PROGRAM, directory, key], {
      directory,
      trace: join(path, 'trace'),
      endsBy: 'SIGKILL',
      onLine: (line) => (seen) => seen.set('acknowledged', Number(line.split(' ')[1])),
    });
    for (let call = 0; call <= steps.length; call++) {
      const { files, seen } = killedAfter(steps.slice(0, call));
      const left = join(path, 'left');
      await mkdir(left, { mode: 0o700 });
      for (const [name, bytes] of files) await writeFile(join(left, basename(name)), bytes, { mode: 0o600 });
      const where = `call ${String(call)} of ${String(steps.length)}, ${key === '' ? 'in clear' : 'encrypted'}`;
      await liveAgain(left, encryptionKey, seen.get('acknowledged') ?? 0).catch((cause: unknown) => {
        throw new Error(`${where}: ${String(cause)}`, { cause });
      });
      await rm(left, { recursive: true });
      report.calls += 1;
      report.starts += LIVES;
    }
    await rm(directory, { recursive: true });
  }
  return report;
}

async function liveAgain(left: string, encryptionKey: Buffer | undefined, acknowledged: number): Promise<void> {
  const engines = new JournaledEngines();
  const options = {
    clock: FROZEN,
    durability: 'always',
    generations: 2,
    ...(encryptionKey && { encryptionKey }),
  } as const;
  const copies: string[] = [];
  try {
    let expected: number | undefined;
    for (let life = 1, path = left; life <= LIVES; life++) {
      const kept = await engines.open(path, options);
      const last = lastOf(kept);
      if (last < acknowledged)
        throw new Error(`life ${String(life)}: ${String(acknowledged)} was safe, ${String(last)} is there`);
      if (expected !== undefined && last !== expected)
        throw new Error(`life ${String(life)}: ${String(last)} is there instead of ${String(expected)}`);
      expected = last;
      path = await crashed(path, kept);
      copies.push(path);
    }
  } finally {
    await engines.end();
    for (const copy of copies) await rm(copy, { recursive: true });
  }
}

/** The last of the keys, which are there without a gap. */
function lastOf({ run }: Kept): number {
  run('DEL', 'the last');
  const last = run('DBSIZE') as number;
  for (let key = 1; key <= last; key++)
    if (run('EXISTS', String(key)) !== 1) throw new Error(`${String(key)} is missing`);
  return last;
}
