import { setTimeout as wait } from 'node:timers/promises';
import { RespiteError } from '../../errors';
import {
  addKeys,
  at,
  type ChangeApplier,
  compareKeys,
  deadlineSlack,
  matchDeadlines,
  matchGroups,
  MismatchError,
  mismatchList,
  type ParkedDeadlines,
  refusal,
  sourceOf,
  type TouchedKeys,
  verify,
  type VerifyReport,
} from '../../modules/migration';
import type { OpenPlace } from '../place';
import type { Sides } from './sides';

/** How a live move is cut over; everything is optional. */
export interface CutoverOptions {
  /** Compares every key before writers wait, and what changed meanwhile while they do; default false. */
  readonly verify?: boolean | undefined;
  /** How long writers wait at most, milliseconds; then they go on. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was compared while writers waited. */
export interface LastComparison {
  /** Keys. */
  readonly whileWritersWaited: number;
  /** How long that took, milliseconds. */
  readonly comparedMs: number;
}

/** What a cutover did. */
export interface CutoverReport {
  /** From when writers waited until the target had everything, milliseconds. */
  readonly pauseMs: number;
  /** Changes that were applied since the copy. */
  readonly changes: number;
  /** What was compared; undefined: nothing was to be. */
  readonly verified: (VerifyReport & LastComparison) | undefined;
}

/** A live move, as a cutover sees it. */
export interface CutoverParts {
  readonly places: { readonly from: OpenPlace; readonly to: OpenPlace };
  readonly sides: Sides;
  readonly applier: ChangeApplier;
  readonly parked: ParkedDeadlines;
  readonly ended: Promise<unknown>;
  readonly changes: number;
  caughtUp(): Promise<void>;
  reached(): Promise<void>;
  abortCutover(): Promise<void>;
}

const TIMEOUT_MS = 60_000;
/** So many keys are compared while writers wait, as long as there are rounds left to make them fewer. */
const FEW_KEYS = 1000;
const ROUNDS = 6;

/** See `LiveMigration.cutover`. */
export async function cutOver(live: CutoverParts, options: CutoverOptions): Promise<CutoverReport> {
  const { timeoutMs = TIMEOUT_MS } = options;
  await live.caughtUp();
  const compared = options.verify === true ? await compareWhileServing(live, options) : undefined;
  if (!live.places.to.shared) await live.places.to.commit();
  const begun = performance.now();
  await pause(live, timeoutMs);
  try {
    await drained(live, timeoutMs / 2);
    const last = compared === undefined ? undefined : finalKeys(live, compared.open);
    await matchDeadlines(live.sides.from, live.sides.to, live.parked);
    await matchGroups(live.sides.from, live.sides.to, live.applier.streams);
    if (!live.places.to.shared) await live.places.to.commit();
    const pauseMs = Math.round((performance.now() - begun) * 10) / 10;
    if (compared === undefined || last === undefined) return { pauseMs, changes: live.changes, verified: undefined };
    const whileWritersWaited = await compareLast(live, last, compared.report.compared);
    const comparedMs = Math.round(performance.now() - begun - pauseMs);
    // Comparing took of the time there is to end the source.
    await pause(live, timeoutMs);
    return { pauseMs, changes: live.changes, verified: { ...compared.report, whileWritersWaited, comparedMs } };
  } catch (error) {
    await live.abortCutover().catch(() => undefined); // what went wrong first counts
    throw error;
  }
}

async function pause(live: CutoverParts, timeoutMs: number): Promise<void> {
  const { from } = live.sides;
  const paused = from.client.call('CLIENT', 'PAUSE', String(timeoutMs), 'WRITE').catch((error: unknown) => {
    const cause = refusal(error);
    throw new RespiteError('MIGRATION_CUTOVER_FAILED', {
      message: `Writers of ${from.name} cannot be made to wait: ${cause.message}. Let the user run CLIENT PAUSE and CLIENT UNPAUSE, or stop who writes.`,
      cause,
    });
  });
  await at(from, () => paused);
}

async function drained(live: CutoverParts, withinMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new RespiteError('MIGRATION_CUTOVER_FAILED', {
          message: `${live.places.to.name} did not get what was left within ${String(withinMs / 1000)} s. Writers go on; try again when it answers faster, or with a longer --cutover-timeout.`,
        }),
      );
    }, withinMs);
  });
  try {
    await Promise.race([live.reached(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Compares everything, and what changed meanwhile again, until little is left. @returns what is still open */
async function compareWhileServing(live: CutoverParts, { signal }: CutoverOptions) {
  const { from, to } = live.sides;
  const slackMs = await deadlineSlack(from.client, to.client);
  let open: TouchedKeys = new Map();
  live.applier.touched = open;
  const report = await verify({
    from: { ...from, source: sourceOf(from.client, { partsOfChanging: true }) },
    to: { ...to, source: sourceOf(to.client, { partsOfChanging: true }) },
    toDb: undefined,
    slackMs,
    now: () => live.places.to.now(),
    signal,
    onProgress: undefined,
    found: (db, key) => {
      addKeys(open, db, [key]);
    },
  });
  for (let round = 1; round < ROUNDS && countOf(open) > FEW_KEYS; round++) {
    await live.reached();
    const keys = open;
    open = new Map();
    live.applier.touched = open;
    await compareKeys(
      from,
      to,
      keys,
      slackMs,
      () => live.places.to.now(),
      (db, key) => {
        addKeys(open, db, [key]);
      },
    );
  }
  return { report, open };
}

/** The keys that were not found equal yet, those included whose deadline is parked. */
function finalKeys(live: CutoverParts, open: TouchedKeys): TouchedKeys {
  live.applier.touched = undefined;
  for (const { keys } of [live.parked, live.parked.fields])
    for (const [db, names] of keys.entries()) addKeys(open, db, names);
  return open;
}

async function compareLast(live: CutoverParts, keys: TouchedKeys, compared: number): Promise<number> {
  const { from, to } = live.sides;
  const { list, add } = mismatchList();
  await compareKeys(from, to, keys, await deadlineSlack(from.client, to.client), () => live.places.to.now(), add);
  if (list.count > 0) throw new MismatchError(from.name, to.name, list, compared);
  return countOf(keys);
}

function countOf(keys: TouchedKeys): number {
  let count = 0;
  for (const names of keys.values()) count += names.size;
  return count;
}

/** Milliseconds between two looks at whether somebody writes. */
const LOOK_EVERY_MS = 50;
/** What was held back comes this soon after its time, in milliseconds. */
const SOON_MS = 1000;

/**
 * After a cutover: waits until the process of the source has ended, or the time of the pause is over.
 * @returns `time over`: nothing was written since then, but nothing keeps anybody from it
 * @throws RespiteError `MIGRATION_CUTOVER_FAILED` when writers go on
 */
export async function sourceEnded(
  live: CutoverParts,
  { timeoutMs = TIMEOUT_MS }: CutoverOptions,
): Promise<'source ended' | 'time over'> {
  const before = live.applier.writes;
  const until = performance.now() + timeoutMs + SOON_MS;
  const end = { came: false };
  // How it ended is the same: what was to be told had been.
  void live.ended.catch(() => undefined).then(() => (end.came = true));
  for (;;) {
    const isOver = performance.now() > until;
    if (live.applier.writes > before || (isOver && end.came)) throw writersGoOn(live);
    // It may be stopping: it tells the end before it is gone.
    if (end.came && !(await isThere(live))) return 'source ended';
    if (isOver) return 'time over';
    await wait(LOOK_EVERY_MS);
  }
}

function writersGoOn({ places: { from, to } }: CutoverParts): RespiteError {
  return new RespiteError('MIGRATION_CUTOVER_FAILED', {
    message: `Writers of ${from.name} may go on after the cutover: the pause is over, somebody ended it, or they are not followed any more. What they wrote is at ${to.name} as well, as far as it was followed. Stop them and cut over again.`,
  });
}

/** Whether the source answers although it is followed no more. */
async function isThere({ places }: CutoverParts): Promise<boolean> {
  return places.from.client.ping().then(
    () => true,
    () => false,
  );
}
