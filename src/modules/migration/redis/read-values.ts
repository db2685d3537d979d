import { setImmediate } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { bodyOfPayload } from '../../../engine/rdb/value-body';
import { RespiteError } from '../../../errors';
import { keyReaderOf } from '../../cache';
import { showKey } from '../key-names';
import type { MovedItem } from '../transfer';
import { deadlines, valueLines } from './expiry';
import { answers } from './replies';

/** A key with its whole value. */
export type Value = Extract<MovedItem, { kind: 'value' }>;

/**
 * Reads keys with values and deadlines from the database that is chosen; those that are not there are left out.
 * @throws RespiteError `EXPORT_FAILED`, naming the key
 */
export async function readValues(client: Redis, db: number, keys: readonly Buffer[]): Promise<Value[]> {
  const direct = readDirectly(client, db, keys);
  if (direct !== undefined) {
    // Others have their turn.
    await setImmediate();
    return direct;
  }
  const replies = await answers(client, keys.flatMap(valueLines));
  const times = await deadlines(
    client,
    keys,
    replies.filter((_, i) => i % 2 === 1),
  );
  return keys.flatMap((name, i): Value[] => {
    const payload = replies[i * 2];
    const expireAt = times[i] ?? -2;
    const key = name.latin1Slice();
    if (payload instanceof Error) {
      throw new RespiteError('EXPORT_FAILED', {
        message: `The value of ${showKey(db, key)} could not be read: ${payload.message}.`,
        cause: payload,
      });
    }
    // It went meanwhile.
    if (!Buffer.isBuffer(payload) || expireAt < 0) return [];
    return [{ kind: 'value', db, key, expireAt, body: bodyOfPayload(payload) }];
  });
}

/** The same on an engine in this process. */
function readDirectly(client: Redis, db: number, keys: readonly Buffer[]): Value[] | undefined {
  const names = keys.map((key) => key.latin1Slice());
  const contents = keyReaderOf(client)?.contents(names);
  return contents?.flatMap((content, i): Value[] =>
    content === undefined ? [] : [{ kind: 'value', db, key: names[i] ?? '', ...content }],
  );
}

/** What keys take in memory, as far as the server can tell. */
export async function sizesOf(client: Redis, keys: readonly Buffer[]): Promise<readonly unknown[]> {
  const direct = keyReaderOf(client)?.sizes(keys.map((key) => key.latin1Slice()));
  return (
    direct ??
    answers(
      client,
      keys.map((key) => ['MEMORY', 'USAGE', key]),
    )
  );
}
