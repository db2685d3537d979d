import { setImmediate } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { RdbFormatError } from '../../../engine/rdb/rdb-primitives';
import { asOldRedis, payloadOfBody } from '../../../engine/rdb/value-body';
import { RespiteError } from '../../../errors';
import { keyWriterOf } from '../../cache';
import { showKey } from '../key-names';
import type { Value } from './read-values';
import { answers, type Line } from './replies';
import { RestoreLink } from './restore-link';

/** Writes whole values, by the fastest way there is: past the commands of an engine in this process, to a server past its client, or by commands. */
export class Restorer {
  /** To a server, whose client would be the slow part. */
  #link: Promise<RestoreLink | undefined> | undefined;

  /** @param replaces whether what is there may go */
  constructor(
    private readonly client: Redis,
    private readonly replaces: boolean,
  ) {}

  /**
   * Writes values to the database that is chosen; all are of it.
   * @returns of each what RESTORE has against it; undefined when it was written
   * @throws RespiteError `IMPORT_NOT_SUPPORTED`; Error when the connection was lost
   */
  async restore(values: readonly Value[]): Promise<readonly (Error | undefined)[]> {
    const readables = values.map(readable);
    const writer = keyWriterOf(this.client);
    if (writer !== undefined) {
      const refusals = writer.write(readables, this.replaces);
      // Others have their turn.
      await setImmediate();
      return refusals.map(asRefusal);
    }
    const link = await (this.#link ??= RestoreLink.open(this.client));
    if (link !== undefined) {
      return (await link.restore(values[0]?.db ?? 0, readables, this.replaces)).map(asRefusal);
    }
    const replies = await answers(
      this.client,
      readables.map((value) => this.#restoring(value)),
    );
    return replies.map((reply) => (reply instanceof Error ? reply : undefined));
  }

  async close(): Promise<void> {
    const link = await this.#link;
    link?.close();
    this.#link = undefined;
  }

  #restoring({ key, expireAt, body, idle, frequency }: Value): Line {
    return [
      'RESTORE',
      Buffer.from(key, 'latin1'),
      String(expireAt),
      payloadOfBody(body),
      'ABSTTL',
      ...(this.replaces ? ['REPLACE'] : []),
      ...(idle === undefined ? [] : ['IDLETIME', String(idle)]),
      ...(frequency === undefined ? [] : ['FREQ', String(frequency)]),
    ];
  }
}

const asRefusal = (text: string | undefined): Error | undefined => (text === undefined ? undefined : new Error(text));

/** A value as Redis 7.0 reads it, or 7.4 where fields have deadlines. @throws RespiteError `IMPORT_NOT_SUPPORTED` */
function readable(value: Value): Value {
  const { db, key, body } = value;
  try {
    const old = asOldRedis(body);
    return old === body ? value : { ...value, body: old };
  } catch (cause) {
    if (!(cause instanceof RdbFormatError)) throw cause;
    throw notSupported(db, key, cause.message, cause);
  }
}

/** What is thrown for a key that the target cannot take. */
export function notSupported(db: number, key: string, reason: string, cause?: Error): RespiteError {
  return new RespiteError('IMPORT_NOT_SUPPORTED', {
    message: `The key ${showKey(db, key)} cannot be taken in: ${reason}. Leave it out with --match, or delete it where it comes from. What was written before it are whole keys.`,
    cause,
  });
}
