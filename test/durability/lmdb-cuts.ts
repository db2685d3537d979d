import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RespiteError } from '../../src/errors';
import { contentsOf, keep } from '../support/kept-engine';
import { type Chance, chances, cutAfter, type Left, type Step } from '../support/power-cut';
import { recordSteps } from '../support/strace';
import { FROZEN } from './workload';

/** What a run found. */
export interface LmdbCutsReport {
  readonly states: number;
  /** States of disks that sync, and of disks that say so and do not. */
  readonly honest: Outcomes;
  readonly lying: Outcomes;
}

/** How many states were restored to which snapshot, and refused. */
interface Outcomes {
  states: number;
  /** Restored to the newest snapshot there may be. */
  newest: number;
  /** Restored to one before. */
  older: number;
  /** Nothing was there yet. */
  empty: number;
  refused: number;
}

const SNAPSHOTS = 6;
const STATES_PER_HISTORY = 100;
const RUN_TS = join(__dirname, '../support/run-ts.js');
const PROGRAM = join(__dirname, 'snapshots-program.ts');

/**
 * Records, by strace, all that a process which takes snapshots does to its data directory, LMDB's own writes included,
 * cuts the power at random moments, and starts on what is left: with the data of one snapshot, the last reported one or
 * a later one. Every fourth state is that of a disk on which no sync does anything: there it may be any
 * snapshot, but nothing only where no marker says that there was one.
 * @throws Error naming the state that was lost
 */
export async function cutSnapshots(path: string, states: number, seed: number): Promise<LmdbCutsReport> {
  const report = { states: 0, honest: none(), lying: none() };
  for (let history = 0; report.states < states; history++) {
    const { steps, held, directory } = await record(join(path, String(history)), seed + history);
    const chance = chances(seed + history);
    for (let i = 0; i < STATES_PER_HISTORY && report.states < states; i++) {
      const isLying = i % 4 === 3;
      const at = chance(steps.length + 1);
      const where = `seed ${String(seed)}, history ${String(history)}, ${isLying ? 'lying' : 'honest'} disk, step ${String(at)} of ${String(steps.length)}`;
      const left = cut(steps.slice(0, at), isLying, chance);
      const outcome = await restored(join(path, 'left'), directory, left, held).catch((error: unknown) => {
        throw new Error(`${where}: ${String(error)}`, { cause: error });
      });
      judge(outcome, left, isLying, where);
      count(isLying ? report.lying : report.honest, outcome, left);
      report.states += 1;
    }
    await rm(join(path, String(history)), { recursive: true });
  }
  return report;
}

interface Recording {
  readonly steps: readonly Step[];
  /** What each snapshot held, by its number; at 0, nothing. */
  readonly held: readonly string[];
  readonly directory: string;
}

async function record(path: string, seed: number): Promise<Recording> {
  await mkdir(path, { recursive: true });
  const [directory, states] = [join(path, 'data'), join(path, 'states')];
  const command = [process.execPath, RUN_TS, PROGRAM, directory, states, String(SNAPSHOTS), String(seed)];
  const steps = recordSteps(command, {
    directory,
    trace: join(path, 'trace'),
    onLine: (line) => {
      const number = Number(/^snapshot (\d+)$/.exec(line)?.[1]);
      return (seen) => seen.set('snapshot', number);
    },
  });
  // The program's own file: a list of entries for each snapshot.
  const held = JSON.parse(await readFile(states, 'utf8')) as readonly (readonly [string, string])[][];
  return { steps, held: held.map(printed), directory };
}

function cut(steps: readonly Step[], isLying: boolean, chance: Chance): Left {
  return cutAfter(isLying ? steps.filter(({ kind }) => kind !== 'sync' && kind !== 'sync names') : steps, chance);
}

/** @returns the number of the snapshot that came back, or the code of a refusal */
async function restored(
  path: string,
  directory: string,
  { files }: Left,
  held: readonly string[],
): Promise<number | string> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { mode: 0o700 });
  for (const [name, bytes] of files) await writeFile(join(path, basename(name)), bytes, { mode: 0o600 });
  const kept = keep(path, { clock: FROZEN, onCorruption: 'fail', onShutdown: false });
  try {
    await kept.manager.start();
    const number = held.indexOf(printed([...contentsOf(kept)]));
    if (number === -1) throw new Error(`what came back from ${directory} is no snapshot there was`);
    return number;
  } catch (error) {
    if (!RespiteError.is(error)) throw error;
    return error.code;
  } finally {
    await kept.manager.stop();
    kept.engine.close();
  }
}

/** @throws Error when this must not be */
function judge(outcome: number | string, { files, seen }: Left, isLying: boolean, where: string): void {
  const reported = seen.get('snapshot') ?? 0;
  if (typeof outcome === 'string') {
    if (!isLying) throw new Error(`${where}: refused (${outcome}), and the disk did what it said`);
    return;
  }
  if (!isLying && outcome < reported)
    throw new Error(`${where}: snapshot ${String(reported)} was reported, ${String(outcome)} came back`);
  const marker = [...files].find(([path]) => basename(path) === 'respite.json')?.[1].toString() ?? '';
  if (outcome === 0 && marker.includes('"written": true') && reported > 0)
    throw new Error(`${where}: it started empty, and the marker says that there was a snapshot`);
}

function count(outcomes: Outcomes, outcome: number | string, { seen }: Left): void {
  outcomes.states += 1;
  if (typeof outcome === 'string') outcomes.refused += 1;
  else if (outcome === 0) outcomes.empty += 1;
  else if (outcome >= (seen.get('snapshot') ?? 0)) outcomes.newest += 1;
  else outcomes.older += 1;
}

function printed(entries: readonly (readonly [string, string])[]): string {
  return JSON.stringify([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function none(): Outcomes {
  return { states: 0, newest: 0, older: 0, empty: 0, refused: 0 };
}
