import type { Redis } from 'ioredis';
import { plainValue } from '../../engine/rdb/plain-value';
import { RdbFormatError } from '../../engine/rdb/rdb-primitives';
import { NameList, namedKey } from './key-names';
import { MismatchError, type Mismatch } from './mismatch-error';
import { readAhead } from './read-ahead';
import { digestOfKey, type Difference, sameDeadline, ValueDigest, valueDifference } from './redis/digest';
import { libraryName } from './redis/libraries';
import { readValues, type Value } from './redis/read-values';
import type { KeySource } from './redis/redis-source';
import { answers, type Line } from './redis/replies';
import { allAt, at, type Side } from './sides';
import { Tally } from './tally';
import type { MovedItem, ProgressListener } from './transfer';

/** What a comparison found. */
export interface VerifyReport {
  /** Keys of the source that were compared. */
  readonly compared: number;
  /** Keys whose time was over before they could be. */
  readonly expired: number;
  /** Keys that the target has and the source has not. */
  readonly onlyInTarget: number;
}

/** A place that is compared. */
export interface ComparedSide extends Side {
  readonly client: Redis;
  readonly source: KeySource;
}

/** How two places are compared. */
export interface VerifySettings {
  readonly from: ComparedSide;
  readonly to: ComparedSide;
  readonly toDb: number | undefined;
  readonly slackMs: number;
  readonly now: () => number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ProgressListener | undefined;
  /** Told of keys that differ, in the place of a failure; default: they are listed, and the comparison fails. */
  readonly found?: ((db: number, key: string) => void) | undefined;
}

type Part = Extract<MovedItem, { kind: 'part' }>;

/**
 * Compares every key of a source with the target: what the values hold, whatever their encodings, and their deadlines.
 * @throws MismatchError listing what differs
 * @throws RespiteError `EXPORT_FAILED`, `IMPORT_REFUSED`, `MIGRATION_CONNECTION_LOST`, `MIGRATION_INTERRUPTED`
 */
export async function verify(settings: VerifySettings): Promise<VerifyReport> {
  const { from, to, signal, onProgress } = settings;
  const mismatches = new NameList<Mismatch>();
  await compareLibraries(settings, mismatches);
  const databases = await at(from, () => from.source.databases());
  const tally = new Tally(
    'comparing',
    onProgress,
    databases.reduce((sum, [, keys]) => sum + keys, 0),
  );
  const comparison = new Comparison(settings, mismatches);
  for await (const { items } of readAhead(allAt(from, from.source.pages(signal)))) {
    await at(to, () => comparison.add(items));
    if (items.length > 0) tally.add(items);
  }
  const report = { compared: tally.keys, expired: comparison.expired, onlyInTarget: await onlyInTarget(settings) };
  if (mismatches.count > 0) throw new MismatchError(from.name, to.name, mismatches, report.compared);
  return report;
}

class Comparison {
  expired = 0;
  #digest = new ValueDigest();
  #db: number | undefined;

  constructor(
    private readonly settings: VerifySettings,
    private readonly mismatches: NameList<Mismatch>,
  ) {}

  async add(items: readonly MovedItem[]): Promise<void> {
    const values = items.filter((item) => item.kind === 'value');
    if (values.length > 0) await this.#values(values);
    for (const item of items) if (item.kind === 'part') await this.#part(item);
  }

  async #values(values: readonly Value[]): Promise<void> {
    const { to, slackMs } = this.settings;
    const db = values[0]?.db ?? 0;
    await this.#choose(db);
    const names = values.map(({ key }) => Buffer.from(key, 'latin1'));
    const found = await readValues(to.client, db, names);
    const there = new Map(found.map((value) => [value.key, value]));
    for (const value of values) {
      this.#found(value, differenceOf(value, there.get(value.key), slackMs, this.settings.now()));
    }
  }

  async #part(part: Part): Promise<void> {
    if (part.first) this.#digest = new ValueDigest();
    this.#digest.add(plainValue(part.body));
    if (!part.last) return;
    const { to, slackMs } = this.settings;
    await this.#choose(part.db);
    const there = await digestOfKey(to.client, Buffer.from(part.key, 'latin1'));
    if (there === undefined) this.#found(part, 'missing');
    else if (there.digest !== this.#digest.finish()) this.#found(part, 'value');
    else if (!sameDeadline(part.expireAt, there.expireAt, slackMs)) this.#found(part, 'deadline');
  }

  #found({ db, key, expireAt }: Value | Part, difference: Mismatch['difference'] | undefined): void {
    if (difference === undefined) return;
    if (difference === 'missing' && expireAt !== 0 && expireAt <= this.settings.now()) this.expired += 1;
    else if (this.settings.found !== undefined) this.settings.found(db, key);
    else this.mismatches.add({ ...namedKey(db, key), difference });
  }

  async #choose(db: number): Promise<void> {
    const { to, toDb } = this.settings;
    if (this.#db === db || to.client.isCluster) return;
    await to.client.select(toDb ?? db);
    this.#db = db;
  }
}

/** How a value differs from what is at the other place, if it does. */
export function differenceOf(
  ...[value, there, slackMs, now]: Parameters<typeof valueDifference>
): Difference | 'unreadable' | undefined {
  try {
    return valueDifference(value, there, slackMs, now);
  } catch (error) {
    if (error instanceof RdbFormatError) return 'unreadable';
    throw error;
  }
}

async function compareLibraries({ from, to }: VerifySettings, mismatches: NameList<Mismatch>): Promise<void> {
  const wanted = await at(from, () => from.source.libraries());
  if (wanted.length === 0) return;
  const there = new Map((await at(to, () => to.source.libraries())).map((source) => [libraryName(source), source]));
  for (const source of wanted) {
    const library = libraryName(source);
    const found = there.get(library);
    if (found !== source) mismatches.add({ library, difference: found === undefined ? 'missing' : 'value' });
  }
}

async function onlyInTarget({ from, to, toDb, signal }: VerifySettings): Promise<number> {
  const [only] = await at(from, () => from.source.databases());
  let count = 0;
  let chosen: number | undefined;
  for await (const { db, names } of allAt(to, to.source.names(signal))) {
    count += await at(from, async () => {
      const origin = toDb === undefined ? db : only?.[0];
      // A database that the source has not.
      if (origin === undefined) return names.length;
      if (chosen !== origin && !from.client.isCluster) await from.client.select(origin);
      chosen = origin;
      const lines = names.map((name): Line => ['EXISTS', name]);
      return (await answers(from.client, lines)).filter((reply) => reply === 0).length;
    });
  }
  return count;
}
