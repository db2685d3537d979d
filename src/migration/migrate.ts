import type { Redis } from 'ioredis';
import { RespiteError } from '../errors';
import {
  copy,
  type CopyReport,
  deadlineSlack,
  RedisTarget,
  ResumeFile,
  type Side,
  sourceOf,
  verify,
  type VerifyReport,
} from '../modules/migration';
import type { MoveOptions } from './move';
import { openPlace } from './open-place';
import type { OpenPlace, Place } from './place';

/** How data is moved from one place to another. */
export interface MigrateOptions extends MoveOptions {
  readonly from: Place;
  readonly to: Place;
  /** What becomes of keys that are there already; default `refuse`: nothing is written, they are listed. */
  readonly existing?: 'refuse' | 'replace' | 'skip' | undefined;
  /** Looks at what is here and there, and writes nothing; default false. */
  readonly dryRun?: boolean | undefined;
  /** Compares all that was moved; `only`: nothing is moved, both places are compared. Default false. */
  readonly verify?: boolean | 'only' | undefined;
  /** The database of the target for the keys of `db`; default: the one of the same number. */
  readonly toDb?: number | undefined;
  /** Keys a second, at most; default: as fast as it goes. */
  readonly rate?: number | undefined;
  /** Keys that are asked for at once; default 512. */
  readonly batch?: number | undefined;
  /** A file that keeps how far the move is, so that the same call goes on after an interruption; it is removed at the end. */
  readonly resumeFile?: string | undefined;
}

/** What a move did. */
export interface MigrateReport {
  /** undefined: nothing was to be moved. */
  readonly copied: CopyReport | undefined;
  /** undefined: nothing was to be compared. */
  readonly verified: VerifyReport | undefined;
}

/**
 * Copies every key with type and deadline, streams with their groups, function libraries, of all databases, from one place to
 * another: a data directory, in use or not, a backend, a Redis, the master of sentinels, a Redis Cluster. The source is not changed.
 * Of keys that others write meanwhile, each is as it was at some moment.
 * @throws ConflictError `IMPORT_CONFLICT`, MismatchError `MIGRATION_MISMATCH`
 * @throws RespiteError `IMPORT_REFUSED`, `IMPORT_NOT_SUPPORTED`, `EXPORT_FAILED`, `MIGRATION_CONNECTION_LOST`,
 * `MIGRATION_INTERRUPTED`, `MIGRATION_STATE_UNUSABLE`, `MIGRATION_OPTIONS_INVALID`, and those of opening the places
 */
export async function migrate(options: MigrateOptions): Promise<MigrateReport> {
  const writes = options.dryRun !== true && options.verify !== 'only';
  const from = await openPlace(options.from, 'existing');
  try {
    const to = await openPlace(options.to, writes ? 'any' : 'existing');
    try {
      return await migrateBetween(from, to, options);
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

/** The same between places that are open. */
export async function migrateBetween(
  from: OpenPlace,
  to: OpenPlace,
  options: Omit<MigrateOptions, 'from' | 'to'>,
): Promise<MigrateReport> {
  const { db, toDb, dryRun = false } = options;
  if (toDb !== undefined && db === undefined) {
    throw new RespiteError('MIGRATION_OPTIONS_INVALID', {
      message:
        'A database of the target was named, and none of the source. Say with --db (in code: db) which one goes there.',
    });
  }
  const slackMs = await deadlineSlack(from.client, to.client);
  const copied = options.verify === 'only' ? undefined : await copyBetween(from, to, options, slackMs);
  const compares = options.verify === 'only' || (options.verify === true && !dryRun);
  return { copied, verified: compares ? await verifyBetween(from, to, options, slackMs) : undefined };
}

type Settings = Omit<MigrateOptions, 'from' | 'to'>;

async function copyBetween(from: OpenPlace, to: OpenPlace, options: Settings, slackMs: number): Promise<CopyReport> {
  const { existing = 'refuse', dryRun = false, match, db, toDb, rate, batch, signal, onProgress, resumeFile } = options;
  await refuseTargets(to);
  const resume =
    resumeFile === undefined || dryRun
      ? undefined
      : ResumeFile.open(
          resumeFile,
          { from: from.name, to: to.name, match, db, toDb },
          { source: await processOf(from), target: await processOf(to) },
        );
  const source = sourceOf(from.client, {
    selection: { match, db },
    changes: from.shared,
    partsOfChanging: true,
    batch,
  });
  const settings = {
    sameIsWritten: existing === 'refuse',
    slackMs,
    databasesSetting: 'databases (redis.standalone.databases)',
  };
  const target = new RedisTarget(to.client, existing, () => to.now(), settings);
  const sides = { from: sourceSide(from), to: targetSide(to) };
  try {
    const report = await copy(source, target, { ...sides, existing, dryRun, toDb, rate, signal, onProgress, resume });
    if (!dryRun) await to.commit();
    resume?.remove();
    return report;
  } catch (error) {
    // Nobody else uses it: what was written stays there only if somebody means to go on.
    if (resume !== undefined && !to.shared) await to.commit();
    throw error;
  }
}

function verifyBetween(from: OpenPlace, to: OpenPlace, options: Settings, slackMs: number): Promise<VerifyReport> {
  const { match, db, toDb, batch, signal, onProgress } = options;
  const reads = { partsOfChanging: true, batch };
  return verify({
    from: {
      ...sourceSide(from),
      client: from.client,
      source: sourceOf(from.client, { ...reads, selection: { match, db }, changes: from.shared }),
    },
    to: {
      ...targetSide(to),
      client: to.client,
      source: sourceOf(to.client, { ...reads, selection: { match, db: toDb ?? db }, changes: to.shared }),
    },
    toDb,
    slackMs,
    now: () => to.now(),
    signal,
    onProgress,
  });
}

const sourceSide = ({ name }: OpenPlace): Side => ({ name, refusal: 'EXPORT_FAILED' });
const targetSide = ({ name }: OpenPlace): Side => ({ name, refusal: 'IMPORT_REFUSED' });

/** What would refuse every key is refused at once. @throws RespiteError `IMPORT_REFUSED` */
export async function refuseTargets({ name, client, shared }: OpenPlace): Promise<void> {
  if (!shared || client.isCluster) return;
  const info = await infoOf(client);
  const [, version = '7'] = /^redis_version:(\d+)/m.exec(info) ?? [];
  const why = /^role:slave/m.test(info)
    ? 'is a replica, which takes no writes: name its master'
    : Number(version) < 7
      ? 'is older than Redis 7.0, and does not read its encodings'
      : undefined;
  if (why !== undefined) {
    throw new RespiteError('IMPORT_REFUSED', { message: `${name} ${why}. Nothing was written.` });
  }
}

/** The process behind a place, in which positions of a scan mean something. */
async function processOf({ client, shared }: OpenPlace): Promise<string | undefined> {
  if (!shared || client.isCluster) return undefined;
  return /^run_id:(\w+)/m.exec(await infoOf(client))?.[1];
}

async function infoOf(client: Redis): Promise<string> {
  try {
    return await client.info();
  } catch {
    return ''; // who may not ask finds out otherwise
  }
}
