import { createInterface } from 'node:readline';
import { printCount, RespiteError } from '../../errors';
import { type CutoverReport, sourceEnded } from '../../migration/live/cutover';
import { LiveMigration } from '../../migration/live/live-migration';
import type { OpenPlace } from '../../migration/place';
import type { ProgressLine } from '../progress-line';
import { CommandUsageError } from '../usage-error';
import type { MigrateCommandOptions } from '../migrate-options';

const DEFAULT_TIMEOUT_S = 60;
/** Milliseconds between two looks at how far the target is behind. */
const LOOK_EVERY_MS = 200;

/** What a live move works with. */
export interface LiveMove {
  readonly source: OpenPlace;
  readonly target: OpenPlace;
  /** Whether the source is a process of ours. */
  readonly outwards: boolean;
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
  /** Databases that were chosen. */
  readonly databases: { readonly db: number | undefined; readonly toDb: number | undefined };
}

/** @throws CommandUsageError when options do not go together */
export function checkLiveOptions(options: MigrateCommandOptions): void {
  const { live, cutover, cutoverTimeout, prune, verify } = options;
  if (live !== true) {
    const given = [cutover && '--cutover', cutoverTimeout && '--cutover-timeout', prune && '--prune'].find(Boolean);
    if (given) throw new CommandUsageError(`${given} belongs to a live move: add --live.`);
    return;
  }
  const { match, db, toDb, rate, resume, dryRun, skipExisting, verifyOnly, replace } = options;
  const other = Object.entries({
    '--match': match,
    '--db': db,
    '--to-db': toDb,
    '--rate': rate,
    '--resume': resume,
    '--dry-run': dryRun,
    '--skip-existing': skipExisting,
    '--verify-only': verifyOnly,
  }).find(([, value]) => value !== undefined);
  if (other !== undefined)
    throw new CommandUsageError(`${other[0]} does not go together with --live, which moves everything as it is.`);
  if (prune === true && replace !== true) throw new CommandUsageError('--prune needs --replace.');
  if (verify === true && cutover !== true)
    throw new CommandUsageError('With --live, --verify is a part of the cutover: add --cutover.');
}

/** Lets writers of the source go on. @returns what is said of it */
export async function abortCutover(source: OpenPlace, inJson: boolean): Promise<string> {
  await source.client.call('CLIENT', 'UNPAUSE');
  return inJson ? JSON.stringify({ event: 'resumed', from: source.name }) : `Writers of ${source.name} go on.`;
}

/** Copies, follows, and cuts over where that is asked for. Prints what it does, with `--json` a line each. @returns nothing more to say */
export async function moveLive(options: MigrateCommandOptions, move: LiveMove): Promise<string> {
  const { source, target, signal, progress, databases } = move;
  if (databases.db !== undefined || databases.toDb !== undefined)
    throw new CommandUsageError('A live move moves all databases: leave the one in the URL out.');
  const say = sayer(options.json === true);
  const live = await LiveMigration.begin(
    source,
    target,
    {
      existing: options.replace === true ? 'replace' : 'refuse',
      prune: options.prune,
      signal,
      onProgress: progress.listener,
    },
    () => Promise.resolve(),
  );
  const interrupted = interruption(signal, source.name, target.name);
  const telling = setInterval(() => {
    progress.follow(live.changes, live.lag);
  }, LOOK_EVERY_MS);
  try {
    const { copied } = live;
    say({ event: 'copied', from: source.name, to: target.name, ...copied }, copiedText(copied, source, target));
    if (options.cutover !== true) await Promise.race([interrupted, live.ended.then(endedEarly(source)), asked()]);
    await moveOver(options, move, live, interrupted, say);
  } finally {
    clearInterval(telling);
    progress.end();
    await live.stop();
  }
  return '';
}

type Say = (event: object, text: string) => void;

function sayer(inJson: boolean): Say {
  return (event, text) => {
    process.stdout.write(`${inJson ? JSON.stringify(event) : text}\n`);
  };
}

async function moveOver(
  options: MigrateCommandOptions,
  { source, target, outwards, signal }: LiveMove,
  live: LiveMigration,
  interrupted: Promise<never>,
  say: Say,
): Promise<void> {
  const { cutoverTimeout = DEFAULT_TIMEOUT_S, verify } = options;
  const timeoutMs = cutoverTimeout * 1000;
  try {
    const report = await Promise.race([interrupted, live.cutover({ verify, timeoutMs, signal })]);
    say({ event: 'cutover', timeout: cutoverTimeout, ...report }, cutoverText(report, source, target, cutoverTimeout));
    // The process that is to use the directory cannot while we do.
    if (!target.shared) return;
    const end = await Promise.race([interrupted, sourceEnded(live, { timeoutMs })]);
    if (end === 'time over' && outwards) throw stillThere(source, cutoverTimeout);
    say({ event: 'moved', end }, movedText(end, source, target));
  } catch (error) {
    await live.abortCutover().catch(() => undefined); // it may be gone
    throw error;
  }
}

/** Rejects at the first Ctrl-C. */
function interruption(signal: AbortSignal, from: string, to: string): Promise<never> {
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(
        new RespiteError('MIGRATION_INTERRUPTED', {
          message: `The move was interrupted: ${to} follows no more, and writers of ${from} go on. Start it again with --replace --prune.`,
        }),
      );
    });
  });
  interrupted.catch(() => undefined); // heard of by who waits
  return interrupted;
}

/** Resolves when somebody writes "cutover". */
function asked(): Promise<void> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin });
    lines.on('line', (line) => {
      if (line.trim() !== 'cutover') return;
      lines.close();
      process.stdin.unref();
      resolve();
    });
  });
}

function endedEarly({ name }: OpenPlace): () => never {
  return () => {
    throw new RespiteError('MIGRATION_CONNECTION_LOST', {
      message: `The process of ${name} ended before a cutover. Move at rest, the same command without --live, with --replace.`,
    });
  };
}

function stillThere({ name }: OpenPlace, seconds: number): RespiteError {
  return new RespiteError('MIGRATION_CUTOVER_FAILED', {
    message: `The process of ${name} did not end within ${printCount(seconds, 'second')}: its writers may go on, and nobody follows. Cut over again with --replace --prune, and end the process in time (--cutover-timeout).`,
  });
}

function copiedText(
  { written, functions, pruned }: LiveMigration['copied'],
  { name: from }: OpenPlace,
  { name: to }: OpenPlace,
): string {
  const libraries = functions === 0 ? '' : ` and ${printCount(functions, 'function library', 'function libraries')}`;
  const removed = pruned === 0 ? '' : ` Removed ${printCount(pruned, 'key')} that ${from} has not.`;
  return `Copied ${printCount(written, 'key')}${libraries} from ${from} to ${to}.${removed} Following what changes.`;
}

function cutoverText(
  { pauseMs, changes, verified }: CutoverReport,
  { name: from }: OpenPlace,
  target: OpenPlace,
  seconds: number,
): string {
  const { name: to } = target;
  const compared =
    verified === undefined
      ? ''
      : `Compared ${printCount(verified.compared, 'key')}, ${printCount(verified.whileWritersWaited, 'key')} of them again while writers waited (${String(verified.comparedMs)} ms): equal.\n`;
  const done = target.shared
    ? `Now end the process of ${from}, and start the application with the settings of ${to}.\n` +
      `Ctrl-C, or "respite migrate --abort-cutover", lets them go on; so do ${printCount(seconds, 'second')}.`
    : `Now end the application, and start it on ${to}: in ${printCount(seconds, 'second')} writers of ${from} go on.`;
  return `${compared}Writers of ${from} wait. ${to} had everything after ${String(pauseMs)} ms, ${printCount(changes, 'change')} since the copy.\n${done}`;
}

function movedText(end: 'source ended' | 'time over', { name: from }: OpenPlace, { name: to }: OpenPlace): string {
  if (end === 'source ended') return `${from} has ended. Everything is at ${to}.`;
  return `The time is over, and nothing was written to ${from} since. Everything is at ${to}.`;
}
