import { RdbFileWriter } from '../../../engine/rdb/file/rdb-file-writer';
import { RdbFormatError } from '../../../engine/rdb/rdb-primitives';
import { asOldRedis } from '../../../engine/rdb/value-body';
import { RespiteError } from '../../../errors';
import { showKey } from '../key-names';
import { endLine, headerLine, linesOf } from '../ndjson/ndjson-lines';
import type { MovedItem, Target } from '../transfer';
import type { Output } from './output-file';

/** Whose format the RDB file has, as it says itself. */
const REDIS_VERSION = '7.0.15';
const REDIS_VERSION_WITH_TIMED_FIELDS = '7.4.0';
/** Bytes that are written at once, about. */
const WRITE_BYTES = 256 * 1024;

/** A target that is a file: after everything was written, its end is. */
export interface FileTarget extends Target {
  finish(): Promise<void>;
}

/** What is to be written. */
export interface Exported {
  /** When the data was like this, milliseconds since the epoch. */
  readonly time: number;
  /** Whether there are hashes some of whose fields have deadlines. */
  readonly timedFields: boolean;
}

/** Writes an RDB file. */
export function rdbTarget(output: Output, { time, timedFields }: Exported): FileTarget {
  const writer = new RdbFileWriter();
  const redisVersion = timedFields ? REDIS_VERSION_WITH_TIMED_FIELDS : REDIS_VERSION;
  writer.head({ redisVersion, time, timedFields });
  return {
    async write(batch) {
      for (const item of batch) {
        readably(item, () => {
          addToRdb(writer, item);
        });
        if (writer.size >= WRITE_BYTES) await output.write(writer.take());
      }
    },
    finish: () => output.write(writer.end()),
  };
}

function addToRdb(writer: RdbFileWriter, item: MovedItem): void {
  if (item.kind === 'function') writer.library(item.source);
  else if (item.kind === 'value') writer.key(item.db, item.key, item.expireAt, asOldRedis(item.body));
  else if (item.kind === 'part') writer.part(item);
  else throw new TypeError(`what is ${item.kind} has no place in an RDB file`);
}

/** Writes lines of JSON. */
export function ndjsonTarget(output: Output, { time }: Exported): FileTarget {
  let keys = 0;
  let functions = 0;
  let lines = headerLine(time);
  const flush = async () => {
    const bytes = Buffer.from(lines, 'utf8');
    lines = '';
    await output.write(bytes);
  };
  return {
    async write(batch) {
      for (const item of batch) {
        if (item.kind === 'refused') throw new TypeError('what is refused has no lines');
        if (item.kind === 'function') functions += 1;
        else if (item.kind === 'value' || item.last) keys += 1;
        for (const line of readably(item, () => [...linesOf(item)])) {
          lines += line;
          if (lines.length >= WRITE_BYTES) await flush();
        }
      }
    },
    finish: async () => {
      lines += endLine(keys, functions);
      await flush();
    },
  };
}

/** A source that is not ours may have types that nobody reads here: the key is named. */
function readably<T>(item: MovedItem, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof RdbFormatError) || !('key' in item)) throw cause;
    throw new RespiteError('EXPORT_FAILED', {
      message: `The value of ${showKey(item.db, item.key)} cannot be exported: ${cause.message}.`,
      cause,
    });
  }
}
