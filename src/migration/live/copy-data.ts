import { RespiteError } from '../../errors';
import {
  at,
  check,
  type MovedItem,
  type ParkedDeadlines,
  pruneOthers,
  RedisTarget,
  SeenKeys,
  seenName,
  sourceOf,
} from '../../modules/migration';
import { refuseTargets } from '../migrate';
import type { OpenPlace } from '../place';
import type { LiveOptions } from './live-options';
import type { LiveSource } from './live-source';
import { sidesOf } from './sides';

/** What a live move copied at its beginning. */
export interface LiveCopyReport {
  /** Keys written. */
  readonly written: number;
  /** Function libraries written. */
  readonly functions: number;
  /** Keys removed that the source has not. */
  readonly pruned: number;
}

/** Copies all of a place's data as it is now. What stands in the way is looked for before anything is written. */
export async function copyData(
  from: OpenPlace,
  to: OpenPlace,
  parked: ParkedDeadlines,
  options: LiveOptions,
): Promise<{ readonly source: LiveSource; readonly copied: LiveCopyReport }> {
  const { existing = 'refuse', signal, onProgress } = options;
  refuseCluster(to);
  await refuseTargets(to);
  const follow = followOf(from);
  const target = new RedisTarget(to.client, existing, () => to.now(), {
    databasesSetting: 'databases (redis.standalone.databases)',
  });
  const sides = sidesOf(from, to);
  const looks = { ...sides, existing, dryRun: false, toDb: undefined, signal, onProgress };
  if (existing === 'refuse') await check(sourceOf(from.client, {}), target, looks);
  const source = await follow();
  try {
    return { source, copied: await write(source, target, to, parked, options) };
  } catch (error) {
    source.close();
    throw error;
  }
}

async function write(
  source: LiveSource,
  target: RedisTarget,
  to: OpenPlace,
  parked: ParkedDeadlines,
  { prune = false, signal, onProgress }: LiveOptions,
): Promise<LiveCopyReport> {
  const side = sidesOf(to, to).to;
  const seen = prune ? new SeenKeys() : undefined;
  let keys = 0;
  let bytes = 0;
  try {
    for await (const items of source.batches(signal)) {
      await at(side, () => target.write(items.map((item) => withParkedDeadline(item, parked))));
      for (const item of items) {
        if (!('body' in item)) continue;
        bytes += item.body.length;
        if (item.kind === 'part' && !item.last) continue;
        keys += 1;
        seen?.add(seenName(item.db, item.key));
      }
      onProgress?.({ phase: 'writing', keys, bytes, total: source.keys });
    }
  } catch (error) {
    // A connection that is lost cannot be asked to tidy up; the first error is the one that counts.
    await target.finish().catch(() => undefined);
    throw error;
  }
  await at(side, () => target.finish());
  source.copied();
  const { written, functions } = target;
  const pruned = seen === undefined ? 0 : await pruneOthers(side, sourceOf(to.client, {}), seen, signal);
  return { written, functions, pruned };
}

function withParkedDeadline(item: MovedItem, parked: ParkedDeadlines): MovedItem {
  if (item.kind !== 'value' && item.kind !== 'part') return item;
  const { db, key, expireAt, body } = item;
  return { ...item, expireAt: parked.instead(db, key, expireAt), body: parked.fields.body(db, key, body) };
}

function followOf({ follow, name }: OpenPlace): () => Promise<LiveSource> {
  if (follow !== undefined) return follow;
  throw new RespiteError('MIGRATION_OPTIONS_INVALID', {
    message: `${name} is not followed: it has its data in this process. Give it a data directory and name that, or move at rest.`,
  });
}

/** Effects of one command may be about keys of several slots. */
function refuseCluster({ client, name }: OpenPlace): void {
  if (!client.isCluster) return;
  throw new RespiteError('MIGRATION_OPTIONS_INVALID', {
    message: `${name} is a Redis Cluster, to which changes are not applied while they happen: leave out --live, and stop who writes.`,
  });
}
